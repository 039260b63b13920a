using System.Diagnostics;

namespace ActiveInas.Server;

/// <summary>How to start this program again, as a process of its own.</summary>
/// <param name="File">What to start.</param>
/// <param name="First">Its first arguments.</param>
public sealed record ProgramCommand(string File, IReadOnlyList<string> First)
{
    // Numbers of signals on Linux; those of macOS differ in Bus alone.
    private const int SignalBase = 128;
    private const int Illegal = 4;
    private const int Abort = 6;
    private const int Bus = 7;
    private const int Arithmetic = 8;
    private const int Segment = 11;

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

    /// <summary>How often a process that breaks is started again: what it leaves behind tells the next one which image to leave out, in three times at most.</summary>
    public const int Restarts = 3;

    /// <summary>Whether a process ended by a fault of its own, as a decoder does that a file breaks, and not by somebody's will or for want of memory.</summary>
    public static bool HasBroken(int exitCode) => OperatingSystem.IsWindows() ? exitCode < 0 : exitCode - SignalBase is Illegal or Abort or Bus or Arithmetic or Segment;

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
        for (int restarts = 0; ; restarts++)
        {
            Queue<string> said = new();
            int code = await RunOnceAsync(arguments, said, cancellation).ConfigureAwait(false);
            if (code is 0 or Stopped)
            {
                return;
            }

            if (!ProgramCommand.HasBroken(code) || restarts == ProgramCommand.Restarts)
            {
                throw new RoundFailedException(Reason(code, said));
            }
        }
    }

    private async Task<int> RunOnceAsync(string[] arguments, Queue<string> said, CancellationToken cancellation)
    {
        using Process process = program.Start(arguments, talks: true);
        LowerPriority(process);
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

        return process.ExitCode;
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
