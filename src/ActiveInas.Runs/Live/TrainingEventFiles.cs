using System.Globalization;
using ActiveInas.Runs.Output;
using ActiveInas.Training;

namespace ActiveInas.Runs.Live;

/// <summary>TensorBoard's event files of trainings, written as they go: tb/train/KEY/, loss and images a second over the step.</summary>
/// <remarks>One training at a time has a file open. A training that goes on after an interruption writes a new file beside the earlier one, which
/// begins with SessionLog START, so that steps made twice show once. Passes every event on; a file that cannot be written stops nothing.</remarks>
internal sealed class TrainingEventFiles(string folder, IProgress<ProgressEvent>? next) : IProgress<ProgressEvent>, IDisposable
{
    private const int PointsPerTraining = 200;
    private readonly Lock _gate = new();
    private FileStream? _file;
    private string? _key;
    private long _lastSlot = -1;

    /// <inheritdoc/>
    public void Report(ProgressEvent value)
    {
        lock (_gate)
        {
            try
            {
                Note(value);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
            {
                Close();
            }
        }

        next?.Report(value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            Close();
        }
    }

    private void Note(ProgressEvent value)
    {
        if (value is TrainingStarted started)
        {
            Close();
            Open(started);
        }
        else if (value is TrainingProgressed progress && progress.Key == _key && _file is not null)
        {
            Write(progress, _file);
        }
    }

    private void Open(TrainingStarted started)
    {
        string path = Path.Combine(folder, "train", string.Join('_', started.Key.Split('/')));
        Directory.CreateDirectory(path);
        string[] earlier = Directory.GetFiles(path, "events.out.tfevents.*");

        // Readers take the files of a folder in the order of their names.
        long number = Math.Max(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), earlier.Select(Number).DefaultIfEmpty(0).Max() + 1);
        _file = new FileStream(Path.Combine(path, $"events.out.tfevents.{number:0000000000}.ainas"), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        _key = started.Key;
        _lastSlot = -1;
        EventRecord.AppendVersion(_file, DateTime.UtcNow);
        if (earlier.Length > 0)
        {
            EventRecord.AppendSessionStart(_file, DateTime.UtcNow, started.Step + 1);
        }

        _file.Flush();
    }

    private void Write(TrainingProgressed progress, FileStream file)
    {
        long slot = progress.Step * PointsPerTraining / Math.Max(1, progress.Steps);
        if (slot != _lastSlot && double.IsFinite(progress.Loss))
        {
            _lastSlot = slot;
            EventRecord.AppendScalars(file, DateTime.UtcNow, progress.Step, [("train/loss", progress.Loss), ("train/images_per_second", progress.ImagesPerSecond)]);
            file.Flush();
        }
    }

    private void Close()
    {
        _file?.Dispose();
        (_file, _key) = (null, null);
    }

    private static long Number(string path)
        => long.TryParse(Path.GetFileName(path).Split('.')[3], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
}
