using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ActiveInas.Cli.Tests;

/// <summary>What a command printed and its exit code.</summary>
internal sealed record CliResult(int Code, string Out, string Error)
{
    public JsonObject Json => JsonNode.Parse(Out)!.AsObject();
}

/// <summary>Runs commands, in this process or in one of their own.</summary>
internal static class Cli
{
    /// <summary>A run on 4x4 pixels that takes about a second.</summary>
    public static readonly string[] TinyRun =
    [
        "run", "--data", "shapes", "--image-size", "4", "--space", "2,1", "--initial", "24", "--batch", "12", "--budget", "48",
        "--set", "recipe.batchSize=8", "--set", "recipe.training.epochs=1", "--set", "recipe.training.minimumSteps=6",
        "--set", "recipe.candidate.epochs=1", "--set", "recipe.candidate.minimumSteps=3",
    ];

    /// <summary>Runs a command in this process.</summary>
    public static async Task<CliResult> InvokeAsync(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        using Terminal terminal = new(output, error, outputIsTerminal: false, errorIsTerminal: false, handlesSignals: false);
        int code = await Application.RunAsync(args, terminal);
        return new CliResult(code, output.ToString(), error.ToString());
    }

    /// <summary>Starts the real program.</summary>
    public static Process Start(params string[] args) => StartUnder(null, args);

    /// <summary>Starts the real program in a folder.</summary>
    public static Process StartIn(string folder, params string[] args) => StartUnder($"cd '{folder}'; exec \"$@\"", args);

    /// <summary>Starts the real program, through a line of shell that ends in <c>exec "$@"</c> when one is given.</summary>
    public static Process StartUnder(string? shell, params string[] args)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "ainas.dll");
        ProcessStartInfo start = new(shell is null ? "dotnet" : "sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] command = shell is null ? [program, .. args] : ["-c", shell, "sh", "dotnet", program, .. args];
        foreach (string argument in command)
        {
            start.ArgumentList.Add(argument);
        }

        // The runtime maps its code through a large file, which a file-size limit would forbid.
        start.Environment["DOTNET_EnableWriteXorExecute"] = shell is null ? "1" : "0";
        start.Environment["NO_COLOR"] = "1";
        return Process.Start(start)!;
    }

    /// <summary>Sends a process SIGTERM once it, or one that watches it, has said something (a pattern) on stderr.</summary>
    /// <returns>How the one that said it ended.</returns>
    public static async Task<CliResult> TerminateAsync(Process process, string said, Process? watcher = null)
    {
        Process teller = watcher ?? process;
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        using CancellationTokenRegistration end = limit.Token.Register(() => teller.Kill(entireProcessTree: true));
        StringBuilder before = new();
        while (!Regex.IsMatch(before.ToString(), said))
        {
            string? line = await teller.StandardError.ReadLineAsync();
            Assert.True(line is not null, $"it ended without saying '{said}': {before}");
            before.AppendLine(line);
        }

        using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        CliResult result = await EndAsync(teller);
        return result with { Error = before + result.Error };
    }

    /// <summary>Waits for its end.</summary>
    public static async Task<CliResult> EndAsync(Process process)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException("The program did not end within 2 minutes.");
        }

        return new CliResult(process.ExitCode, await output, await error);
    }
}
