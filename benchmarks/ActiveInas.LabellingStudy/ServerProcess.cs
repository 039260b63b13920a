using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ActiveInas.LabellingStudy;

/// <summary>The real `ainas label` in a process of its own.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, HttpClient client)
    {
        _process = process;
        Client = client;
    }

    /// <summary>Knows its address and its token.</summary>
    public HttpClient Client { get; }

    /// <summary>Begins a project, or goes on with it.</summary>
    /// <param name="program">ainas.dll.</param>
    /// <param name="set">The images.</param>
    /// <param name="project">Folder of the project.</param>
    /// <param name="options">Of the study.</param>
    /// <param name="more">Options for the program.</param>
    public static async Task<ServerProcess> StartAsync(string program, FlatFolder set, string project, StudyOptions options, IReadOnlyList<string> more)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true };
        foreach (string argument in (string[])
        [
            program, "label", set.Root, "--classes", string.Join(',', set.Classes), "--out", project, "--seed", $"{options.Seed}", "--query", options.Query,
            "--budget", $"{options.Labels}", "--port", "0", "--labeller", "script", "--json", "--no-progress", .. more,
        ])
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        using JsonDocument said = await ReadAsync(process).ConfigureAwait(false);
        HttpClient client = new() { BaseAddress = new Uri(said.RootElement.GetProperty("address").GetString()!), Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", said.RootElement.GetProperty("token").GetString());
        return new ServerProcess(process, client);
    }

    public async ValueTask DisposeAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        Client.Dispose();
        _process.Dispose();
    }

    private static async Task<JsonDocument> ReadAsync(Process process)
    {
        StringBuilder text = new();
        while (await process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            text.AppendLine(line);
            if (line.EndsWith('}'))
            {
                return JsonDocument.Parse(text.ToString());
            }
        }

        throw new InvalidOperationException("The server ended before it said where it listens; its errors stand above.");
    }
}
