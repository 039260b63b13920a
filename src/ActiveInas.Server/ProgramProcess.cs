using System.Diagnostics;

namespace ActiveInas.Server;

/// <summary>How to start this program again, as a process of its own.</summary>
/// <param name="File">What to start.</param>
/// <param name="First">Its first arguments.</param>
public sealed record ProgramCommand(string File, IReadOnlyList<string> First)
{
    /// <summary>The program that runs now.</summary>
    public static ProgramCommand Current
    {
        get
        {
            string process = Environment.ProcessPath!;
            bool isHost = Path.GetFileNameWithoutExtension(process).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
            return new ProgramCommand(process, isHost ? [Environment.GetCommandLineArgs()[0]] : []);
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="arguments">Behind the first ones.</param>
    /// <param name="talks">Whether its input and output are this process's to write and read; else it inherits both.</param>
    public Process Start(IEnumerable<string> arguments, bool talks)
    {
        ProcessStartInfo start = new(File) { UseShellExecute = false, RedirectStandardInput = talks, RedirectStandardOutput = talks, RedirectStandardError = talks };
        foreach (string argument in First.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{File} cannot be started.");
    }
}

/// <summary>Computes in a process of its own, behind the page in priority; it may die without harm.</summary>
/// <param name="program">Whose command label-round does the work.</param>
public sealed class ProcessRoundWorker(ProgramCommand program) : IRoundWorker
{
    /// <summary>The command that computes one round of a project.</summary>
    public const string Command = "label-round";

    private const int Stopped = 75;
    private const int LastLines = 20;
    private const int Killed = 9;

    // A checkpoint takes seconds at most.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Its option to look for doubtful labels instead.</summary>
    public const string ReviewOption = "--review";

    /// <inheritdoc/>
    public Task AdvanceAsync(string root, CancellationToken cancellation) => RunAsync([Command, root, "--no-progress"], cancellation);

    /// <inheritdoc/>
    public Task ReviewAsync(string root, CancellationToken cancellation) => RunAsync([Command, root, ReviewOption, "--no-progress"], cancellation);

    private async Task RunAsync(string[] arguments, CancellationToken cancellation)
    {
        using Process process = program.Start(arguments, talks: true);
        LowerPriority(process);
        Queue<string> said = new();
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => Keep(said, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process).ConfigureAwait(false);
            throw;
        }

        if (process.ExitCode is not (0 or Stopped))
        {
            throw new RoundFailedException(Reason(process.ExitCode, said));
        }
    }

    private static void Keep(Queue<string> said, string? line)
    {
        lock (said)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                said.Enqueue(line);
            }

            if (said.Count > LastLines)
            {
                said.Dequeue();
            }
        }
    }

    private static string Reason(int code, Queue<string> said)
    {
        if (code > 128)
        {
            return $"The process that computes ended by signal {code - 128}{(code - 128 == Killed ? " (somebody, or the system for want of memory)" : "")}: it goes on from its last checkpoint with the next label.";
        }

        lock (said)
        {
            return said.LastOrDefault(line => line.StartsWith("ainas", StringComparison.Ordinal)) ?? said.LastOrDefault() ?? $"The process that computes ended with code {code}.";
        }
    }

    private static void LowerPriority(Process process)
    {
        try
        {
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended already, or the system does not let us: then it competes with the page.
        }
    }

    private static async Task StopAsync(Process process)
    {
        // The end of its input asks it to stop, also when this process is killed.
        process.StandardInput.Close();
        using CancellationTokenSource patience = new(s_patience);
        try
        {
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
