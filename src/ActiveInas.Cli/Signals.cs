using System.Runtime.InteropServices;

namespace ActiveInas.Cli;

/// <summary>SIGINT and SIGTERM ask a run to stop with a checkpoint; a second SIGINT ends the process at once.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly TextWriter _error;
    private int _interrupts;

    public Signals(Terminal terminal)
    {
        _error = terminal.Error;
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
            _error.WriteLine("stopping: writing a checkpoint (Ctrl+C again ends at once)");
            _stop.Cancel();
        }
    }
}
