using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Networks;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Tests.Learning;

/// <summary>Values that many tests share.</summary>
internal static class Stub
{
    public static readonly Recipe Recipe = new(
        "stub", 128, null, new TrainingLength(1, 1, Schedule), new TrainingLength(1, 1, Schedule), CandidateScore.LastEpoch, SamplingKind.Shuffle,
        0.9, 1e-3, 1e-5, 0.1, 0.5, false, new AugmentationRecipe(0, 0, 0, 0));

    private static Schedule Schedule => new(ScheduleKind.Step, 0.1, 0, []);

    public static Dataset Data(ImageSet train, IReadOnlyList<string> classes) => new("stub", classes, train, null, new Normalization(0, 1), null, []);

    public static SampleId[] Ids(params int[] ids) => [.. ids.Select(id => new SampleId(id))];

    public static LabelledSample[] Labelled(params int[] ids) => [.. ids.Select(id => new LabelledSample(new SampleId(id), id % 2))];

    public static int[] Values(IEnumerable<LabelledSample> samples) => [.. samples.Select(sample => sample.Id.Value)];

    /// <summary>Labels are the parity of the id.</summary>
    public static ImageSet Images(int count)
        => new(1, 1, new byte[count * 3], [.. Enumerable.Range(0, count).Select(id => id % 2)], [.. Enumerable.Range(0, count).Select(id => $"train/{id:00000}.png")]);
}

/// <summary>Two classes; the margin of a sample grows with its id, so that softmax response prefers small ids.</summary>
internal sealed class StubModel(StubTrainer trainer, Architecture architecture) : IModel
{
    private bool _disposed;

    public Architecture Architecture => architecture;

    public int Classes => 2;

    public int EmbeddingLength => 1;

    public DenseHead Head { get; } = new([0.01f, -0.01f], [0, 0]);

    public float[] Embed(IReadOnlyList<SampleId> samples, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return [.. samples.Select(id => (float)id.Value)];
    }

    public void Dispose()
    {
        Assert.False(_disposed, "A model was disposed twice.");
        _disposed = true;
        trainer.Alive--;
    }
}

/// <summary>Trains nothing; remembers what it was asked.</summary>
internal sealed class StubTrainer : IModelTrainer
{
    public List<TrialRequest> Requests { get; } = [];

    public int Alive { get; set; }

    public int MostAlive { get; private set; }

    public StubModel Open(Architecture architecture)
    {
        Alive++;
        MostAlive = Math.Max(MostAlive, Alive);
        return new StubModel(this, architecture);
    }

    public Task<TrainedModel> TrainAsync(TrialRequest request, CancellationToken cancellation)
    {
        Assert.Equal(0, Alive);
        Requests.Add(request);
        return Task.FromResult(new TrainedModel(Open(request.Architecture), 1.0 / request.Train.Count, request.Train.Count * 10, 2));
    }
}

/// <summary>Errors of candidates by a table; remembers what it was asked.</summary>
internal sealed class StubTrials(Func<string, Architecture, double> error) : ITrialRunner
{
    public List<TrialRequest> Requests { get; } = [];

    public Task<TrialResult> RunAsync(TrialRequest request, CancellationToken cancellation)
    {
        Requests.Add(request);
        double value = error(request.Key, request.Architecture);
        return Task.FromResult(new TrialResult(value, [value], 0.5, 10, 3));
    }
}

/// <summary>Stubs as the parts of a backend.</summary>
internal sealed record StubBackend(IModelTrainer Trainer, ITrialRunner Trials, ITestEvaluator Evaluator) : ITrainingBackend
{
    public IModelFiles Models => throw new NotSupportedException("The learner stores no networks.");

    public void Dispose()
    {
    }
}

/// <summary>Accuracy grows with the number of evaluations it never sees twice: 1 - 1 / (2 + stacks + blocks).</summary>
internal sealed class StubEvaluator(bool hasTest = true) : ITestEvaluator
{
    public Evaluation? Evaluate(IModel model, CancellationToken cancellation)
        => hasTest ? new Evaluation(100, 1 - (1.0 / (2 + model.Architecture.TotalBlocks)), 0.7, [0.5, 0.5], 0.1) : null;
}

/// <summary>Answers like the data set, leaves out what it is told to.</summary>
internal sealed class StubOracle(ImageSet train, params int[] bad) : IOracle
{
    private readonly DatasetOracle _inner = new(train);

    public int Calls { get; private set; }

    public string Source => _inner.Source;

    public async Task<IReadOnlyList<LabelledSample>> LabelAsync(int round, IReadOnlyList<SampleId> samples, CancellationToken cancellation)
    {
        Calls++;
        IReadOnlyList<LabelledSample> all = await _inner.LabelAsync(round, samples, cancellation);
        return [.. all.Where(sample => !bad.Contains(sample.Id.Value)).Reverse()];
    }
}
