using System.Runtime.InteropServices;

namespace ActiveInas.Cli;

/// <summary>SIGINT and SIGTERM ask a run to stop with a checkpoint; a second SIGINT ends the process at once.</summary>
internal sealed class Signals : IDisposable
{
    /// <summary>What the first signal says.</summary>
    public const string Stopping = "stopping: writing a checkpoint (Ctrl+C again ends at once)";

    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly TextWriter _error;
    private readonly string? _stopping;
    private int _interrupts;

    /// <param name="terminal">Whether signals are to be handled.</param>
    /// <param name="stopping">What the first signal says on stderr; null: nothing.</param>
    public Signals(Terminal terminal, string? stopping = Stopping)
    {
        _error = terminal.Error;
        _stopping = stopping;
        if (!terminal.HandlesSignals)
        {
            return;
        }

        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }
    }

    /// <summary>Makes writing beyond a file-size limit an I/O error like a full disk, instead of the end of the process (SIGXFSZ).</summary>
    public static IDisposable? ReportFileSizeLimit()
    {
        const int FileSizeLimitExceeded = 25;
        return OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create((PosixSignal)FileSizeLimitExceeded, context => context.Cancel = true);
    }

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (context.Signal == PosixSignal.SIGINT && Interlocked.Increment(ref _interrupts) > 1)
        {
            Environment.Exit(ExitCode.Interrupted);
        }

        if (!_stop.IsCancellationRequested)
        {
            if (_stopping is not null)
            {
                _error.WriteLine(_stopping);
            }

            _stop.Cancel();
        }
    }
}
