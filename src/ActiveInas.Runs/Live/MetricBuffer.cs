using ActiveInas.Runs.Store;
using ActiveInas.Training;

namespace ActiveInas.Runs.Live;

/// <summary>Keeps loss and speed of the trainings under way until the next record takes them along: about 20 values a training.</summary>
internal sealed class MetricBuffer
{
    private const int PointsPerTraining = 20;
    private readonly Lock _gate = new();
    private readonly List<MetricRow> _rows = [];
    private readonly Dictionary<string, long> _lastSlot = [];

    /// <summary>Notes a point of a training when a twentieth of it has passed since the last one.</summary>
    public void Note(TrainingProgressed progress)
    {
        long slot = progress.Step * PointsPerTraining / Math.Max(1, progress.Steps);
        lock (_gate)
        {
            if (_lastSlot.TryGetValue(progress.Key, out long last) && last == slot)
            {
                return;
            }

            _lastSlot[progress.Key] = slot;
            Add(progress, "loss", progress.Loss);
            Add(progress, "images_per_second", progress.ImagesPerSecond);
        }
    }

    /// <summary>Moves all points into the store.</summary>
    public void Flush(RunStore store)
    {
        MetricRow[] rows;
        lock (_gate)
        {
            rows = [.. _rows];
            _rows.Clear();
        }

        if (rows.Length > 0)
        {
            store.InsertMetrics(rows);
        }
    }

    private void Add(TrainingProgressed progress, string name, double value) => _rows.Add(new MetricRow
    {
        Key = progress.Key,
        Name = name,
        Step = progress.Step,
        Value = double.IsFinite(value) ? value : null,
    });
}
