namespace ActiveInas.Cli.Views;

/// <summary>Passes events on until that fails, and then none: who watches a run never ends it.</summary>
/// <param name="next">Who watches.</param>
/// <param name="failed">Told once.</param>
internal sealed class SafeProgress(IProgress<ProgressEvent> next, Action<Exception> failed) : IProgress<ProgressEvent>
{
    private int _failures;

    public void Report(ProgressEvent value)
    {
        if (Volatile.Read(ref _failures) > 0)
        {
            return;
        }

        try
        {
            next.Report(value);
        }
        catch (Exception exception)
        {
            if (Interlocked.Increment(ref _failures) == 1)
            {
                failed(exception);
            }
        }
    }
}
