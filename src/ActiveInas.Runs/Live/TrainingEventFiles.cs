using System.Globalization;
using ActiveInas.Runs.Output;
using ActiveInas.Training;

namespace ActiveInas.Runs.Live;

/// <summary>TensorBoard's event files of trainings, written as they go: tb/train/KEY/, loss and images a second over the step.</summary>
/// <remarks>A training has its file open from its start to its last step. A training that goes on after an interruption writes a new file beside the earlier one, which
/// begins with SessionLog START, so that steps made twice show once. Passes every event on; a file that cannot be written stops nothing.</remarks>
internal sealed class TrainingEventFiles(string folder, IProgress<ProgressEvent>? next) : IProgress<ProgressEvent>, IDisposable
{
    private const int PointsPerTraining = 200;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, OpenFile> _open = [];

    /// <inheritdoc/>
    public void Report(ProgressEvent value)
    {
        lock (_gate)
        {
            switch (value)
            {
                case TrainingStarted started:
                    Close(started.Key);
                    Try(started.Key, () => Open(started));
                    break;
                case TrainingProgressed progress when _open.TryGetValue(progress.Key, out OpenFile? file):
                    Try(progress.Key, () => Write(progress, file));
                    break;
            }
        }

        next?.Report(value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (string key in _open.Keys.ToArray())
            {
                Close(key);
            }
        }
    }

    private void Try(string key, Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            Close(key);
        }
    }

    private void Open(TrainingStarted started)
    {
        string path = Path.Combine(folder, "train", string.Join('_', started.Key.Split('/')));
        Directory.CreateDirectory(path);
        string[] earlier = Directory.GetFiles(path, "events.out.tfevents.*");

        // Readers take the files of a folder in the order of their names.
        long number = Math.Max(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), earlier.Select(Number).DefaultIfEmpty(0).Max() + 1);
        FileStream file = new(Path.Combine(path, $"events.out.tfevents.{number:0000000000}.ainas"), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        _open[started.Key] = new OpenFile(file);
        EventRecord.AppendVersion(file, DateTime.UtcNow);
        if (earlier.Length > 0)
        {
            EventRecord.AppendSessionStart(file, DateTime.UtcNow, started.Step + 1);
        }

        file.Flush();
    }

    private void Write(TrainingProgressed progress, OpenFile open)
    {
        long slot = progress.Step * PointsPerTraining / Math.Max(1, progress.Steps);
        if (slot != open.LastSlot && double.IsFinite(progress.Loss))
        {
            open.LastSlot = slot;
            EventRecord.AppendScalars(open.File, DateTime.UtcNow, progress.Step, [("train/loss", progress.Loss), ("train/images_per_second", progress.ImagesPerSecond)]);
            open.File.Flush();
        }

        if (progress.Step >= progress.Steps)
        {
            Close(progress.Key);
        }
    }

    private void Close(string key)
    {
        if (_open.Remove(key, out OpenFile? open))
        {
            open.File.Dispose();
        }
    }

    private static long Number(string path)
        => long.TryParse(Path.GetFileName(path).Split('.')[3], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;

    /// <summary>The file of a training under way.</summary>
    private sealed class OpenFile(FileStream file)
    {
        public FileStream File => file;

        public long LastSlot { get; set; } = -1;
    }
}
