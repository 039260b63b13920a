using ActiveInas.Data;

namespace ActiveInas.Training;

/// <summary>Makes the pixels of a step's batch. A pure function of its arguments (and of a seed and a recipe it was made with).</summary>
/// <param name="step">From 0.</param>
/// <param name="samples">One a row.</param>
/// <param name="pixels">[samples, H, W, 3], normalised; overwritten.</param>
internal delegate void BatchImages(long step, ReadOnlySpan<SampleId> samples, Span<float> pixels);

/// <summary>The images and labels of one step.</summary>
internal sealed class TrainingBatch(int size, int imageLength)
{
    public float[] Pixels { get; } = new float[size * imageLength];

    public int[] Labels { get; } = new int[size];

    public SampleId[] Samples { get; } = new SampleId[size];

    public int[] Positions { get; } = new int[size];
}

/// <summary>Hands out the batches of consecutive steps; while one is trained on, a background task prepares the next.</summary>
internal sealed class BatchPipeline : IDisposable
{
    private readonly BatchSampler _sampler;
    private readonly IReadOnlyList<LabelledSample> _samples;
    private readonly BatchImages _images;
    private readonly long _steps;
    private TrainingBatch _current;
    private TrainingBatch _next;
    private Task? _preparing;
    private long _preparedStep = -1;

    public BatchPipeline(
        BatchSampler sampler, IReadOnlyList<LabelledSample> samples, BatchImages images, int batchSize, int imageLength, long steps)
    {
        _sampler = sampler;
        _samples = samples;
        _images = images;
        _steps = steps;
        _current = new TrainingBatch(batchSize, imageLength);
        _next = new TrainingBatch(batchSize, imageLength);
    }

    /// <summary>The batch of a step; it is valid until the next call.</summary>
    public TrainingBatch Take(long step)
    {
        if (_preparing is not null)
        {
            _preparing.GetAwaiter().GetResult();
        }

        if (_preparedStep != step)
        {
            Prepare(step, _next);
        }

        (_current, _next) = (_next, _current);
        _preparedStep = step + 1;
        _preparing = step + 1 < _steps ? Task.Run(() => Prepare(step + 1, _next)) : null;
        return _current;
    }

    /// <summary>Waits for the background task, which works on shared images.</summary>
    public void Dispose()
    {
        try
        {
            _preparing?.Wait();
        }
        catch (AggregateException)
        {
            // The batch it failed on is not wanted any more; had it been, Take would have thrown.
        }
    }

    private void Prepare(long step, TrainingBatch batch)
    {
        _sampler.Fill(step, batch.Positions);
        for (int row = 0; row < batch.Positions.Length; row++)
        {
            LabelledSample sample = _samples[batch.Positions[row]];
            batch.Samples[row] = sample.Id;
            batch.Labels[row] = sample.Label;
        }

        _images(step, batch.Samples, batch.Pixels);
    }
}
