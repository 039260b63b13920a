using System.Globalization;
using ActiveInas.Training;

namespace ActiveInas.Runs.Live;

/// <summary>log.txt: a line for each stage, with the time. Passes every event on to whoever else watches.</summary>
internal sealed class LogFile(string path, MetricBuffer metrics, IProgress<ProgressEvent>? next) : IProgress<ProgressEvent>
{
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public void Report(ProgressEvent value)
    {
        if (value is TrainingProgressed training)
        {
            metrics.Note(training);
        }
        else if (ProgressText.Line(value) is { } line)
        {
            Write(line);
        }

        next?.Report(value);
    }

    /// <summary>Appends a line. A log that cannot be written stops nothing: the store will say so when it matters.</summary>
    public void Write(string line)
    {
        try
        {
            lock (_gate)
            {
                File.AppendAllText(path, $"{DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)} {line}\n");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
        }
    }
}
