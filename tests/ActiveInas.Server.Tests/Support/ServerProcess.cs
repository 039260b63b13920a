using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using ActiveInas.Runs.Tests.Labelling;

namespace ActiveInas.Server.Tests.Support;

/// <summary>The real `ainas label` over a project, and a program that labels.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, HttpClient client)
    {
        _process = process;
        Client = client;
    }

    public HttpClient Client { get; }

    /// <summary>Of all its threads; of what it has started nothing.</summary>
    public double ProcessorSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    public static async Task<ServerProcess> StartAsync(string project)
    {
        Process process = Served.Program.Start(["label", project, "--port", "0", "--json", "--labeller", "ada"], talks: true);
        StringBuilder errors = new();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        StringBuilder text = new();
        while (!text.ToString().TrimEnd().EndsWith('}'))
        {
            text.AppendLine(await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The server does not start: {errors}"));
        }

        JsonNode said = JsonNode.Parse(text.ToString())!;
        HttpClient client = new() { BaseAddress = new Uri((string)said["address"]!), Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)said["token"]!);
        return new ServerProcess(process, client);
    }

    /// <summary>Labels all that is asked for, as soon as something is.</summary>
    public async Task LabelBatchAsync()
    {
        while (true)
        {
            JsonNode batch = (await Client.GetFromJsonAsync<JsonNode>("/api/v1/status"))!["batch"]!;
            if ((int)batch["size"]! > 0 && (int)batch["done"]! == (int)batch["size"]!)
            {
                return;
            }

            if ((await Client.GetFromJsonAsync<JsonNode>("/api/v1/next?n=1"))!.AsArray() is [JsonNode item])
            {
                (await LabelAsync(item, "ada")).EnsureSuccessStatusCode();
            }
            else
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Says of an image what is true.</summary>
    public async Task<HttpResponseMessage> LabelAsync(JsonNode item, string labeller)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/labels")
        {
            Content = JsonContent.Create(new JsonObject { ["lease"] = (string)item["lease"]!, ["class"] = TinyProject.Truth($"{(int)item["id"]!}.ppm"), ["action"] = "label" }),
        };
        request.Headers.Add("X-Labeller", labeller);
        return await Client.SendAsync(request);
    }

    /// <summary>As the system does it: without a word, and alone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        Client.Dispose();
    }
}
