using System.Buffers.Binary;
using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Runs.Sessions;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Support;

/// <summary>Trains nothing: errors, losses and embeddings are functions of seeds, so that a run takes milliseconds and its bytes are fixed.</summary>
internal sealed class FakeBackend(ICheckpointStore checkpoints, IProgress<ProgressEvent>? progress, Action<string> before)
    : ITrainingBackend, ITrialRunner, IModelTrainer, ITestEvaluator, IModelFiles
{
    public ITrialRunner Trials => this;

    public IModelTrainer Trainer => this;

    public ITestEvaluator Evaluator => this;

    public IModelFiles Models => this;

    /// <summary>What every evaluation gives; null: a function of the seed.</summary>
    public Evaluation? Test { get; init; }

    /// <summary>Parts whose every step first calls <paramref name="before"/> with what it is about to do.</summary>
    public static RunParts Parts(Action<string>? before = null, Dataset? data = null, string kernels = "fake-kernels", Evaluation? test = null) => new()
    {
        LoadData = (_, _, _) => Task.FromResult(data ?? Data()),
        CreateBackend = (_, checkpoints, progress) => new FakeBackend(checkpoints, progress, before ?? (_ => { })) { Test = test },
        ChooseKernels = _ => kernels,
    };

    /// <summary>60 training images of 8x8 pixels in 3 classes, and 9 test images.</summary>
    public static Dataset Data(int first = 0, bool labelled = true)
    {
        ImageSet train = Images("train", 60, first, labelled);
        return new Dataset("tiny", ["a", "b", "c"], train, Images("test", 9, 7, true), new Normalization(127, 60), true, []);
    }

    public Task<TrialResult> RunAsync(TrialRequest request, CancellationToken cancellation)
    {
        Train(request, cancellation);
        double error = Unit(request.Seed) * 0.5;
        return Task.FromResult(new TrialResult(error, [error + 0.1, error], 0.5, 10, 0.01));
    }

    public Task<TrainedModel> TrainAsync(TrialRequest request, CancellationToken cancellation)
    {
        Train(request, cancellation);
        return Task.FromResult(new TrainedModel(new FakeModel(request.Seed, request.Architecture, request.Classes), Unit(request.Seed + 1), 20, 0.02));
    }

    public Evaluation? Evaluate(IModel model, CancellationToken cancellation)
    {
        before("evaluate");
        if (Test is not null)
        {
            return Test;
        }

        double accuracy = 0.5 + (Unit(((FakeModel)model).Seed + 2) * 0.5);
        return new Evaluation(9, accuracy, 1 / accuracy, [accuracy, double.NaN, 1], 0.1) { Classes = [new(4, 5, 3), new(0, 0, 0), new(5, 4, 4)] };
    }

    public void Save(IModel model, string path)
    {
        before("save " + Path.GetFileName(path));
        FakeModel fake = (FakeModel)model;
        byte[] bytes = new byte[20];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, fake.Seed);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), fake.Architecture.Blocks);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), fake.Architecture.Stacks);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), fake.Classes);
        File.WriteAllBytes(path, bytes);
    }

    public IModel Load(string path)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        return new FakeModel(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            new Architecture(BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[12..])),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]));
    }

    public void Dispose()
    {
    }

    private static ImageSet Images(string part, int count, int first, bool labelled)
    {
        byte[] pixels = [.. Enumerable.Range(0, count * 8 * 8 * 3).Select(i => (byte)((i * 7) + first))];
        int[] labels = [.. Enumerable.Range(0, count).Select(i => labelled ? i % 3 : ImageSet.Unknown)];
        return new ImageSet(8, 8, pixels, labels, [.. Enumerable.Range(0, count).Select(i => $"{part}/{i:000}.png")]);
    }

    private static double Unit(ulong seed) => new SeededRandom(seed).NextDouble();

    private void Train(TrialRequest request, CancellationToken cancellation)
    {
        before(request.Key);
        cancellation.ThrowIfCancellationRequested();
        int first;
        using (Stream? saved = checkpoints.Find(request.Key))
        {
            first = saved?.ReadByte() ?? 0;
        }

        progress?.Report(new TrainingStarted(request.Key, first, 3));
        for (int step = first; step < 3; step++)
        {
            progress?.Report(new TrainingProgressed(request.Key, step + 1, 3, 1.0 / (step + 1), 1000));
            byte next = (byte)(step + 1);
            checkpoints.Save(request.Key, stream => stream.WriteByte(next));
            before($"{request.Key} step {step + 1}");
        }

        checkpoints.Delete(request.Key);
    }

    private sealed class FakeModel(ulong seed, Architecture architecture, int classes) : IModel
    {
        public ulong Seed => seed;

        public Architecture Architecture => architecture;

        public int Classes => classes;

        public int EmbeddingLength => 4;

        public DenseHead Head => new([.. Enumerable.Range(0, 4 * classes).Select(i => (float)Unit(seed + (ulong)i))], new float[classes]);

        public float[] Embed(IReadOnlyList<SampleId> samples, CancellationToken cancellation)
            => [.. samples.SelectMany(id => Enumerable.Range(0, 4).Select(i => (float)Unit((seed * 31) + (ulong)((id.Value * 4) + i))))];

        public void Dispose()
        {
        }
    }
}
