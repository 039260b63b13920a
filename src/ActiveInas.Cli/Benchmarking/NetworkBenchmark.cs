using System.Diagnostics;
using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Compute.Profiling;
using ActiveInas.Networks;
using ActiveInas.Runs;
using ActiveInas.Training;

namespace ActiveInas.Cli.Benchmarking;

/// <summary>Measures how fast networks train and infer, what each class of operations takes of it, and what the machine could do.</summary>
/// <remarks>The speeds come from undisturbed passes; operations are timed one by one in short passes of their own.</remarks>
/// <param name="options">What to measure.</param>
/// <param name="progress">Told about each stage.</param>
internal sealed class NetworkBenchmark(BenchmarkOptions options, IProgress<ProgressEvent>? progress = null)
{
    private const int WarmUps = 3;
    private const int FewestTrainingSteps = 5;
    private const int FewestInferencePasses = 3;
    private const int FewestProfiledPasses = 2;
    private const double ProfileShare = 0.25;
    private const ulong Seed = 1;

    /// <summary>Limits settle within a fraction of a second; more time adds nothing.</summary>
    private const double LongestLimit = 0.5;
    private readonly List<Profile> _profiles = [];
    private long? _idle;
    private long? _peak;

    /// <summary>Runs everything.</summary>
    /// <exception cref="ConfigurationException">The options cannot work.</exception>
    /// <exception cref="TrainingException">The loss of a fixed batch does not fall.</exception>
    public BenchmarkReport Run()
    {
        options.Validate();
        _idle = ProcessMemory.Resident;
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        using IDevice device = options.Row.Open(threads);
        List<NetworkSpeed> networks = [];
        foreach (Architecture architecture in options.Networks)
        {
            networks.Add(Measure(device, architecture, isFirst: networks.Count == 0));
        }

        NotePeak();

        // Last, since its buffers would hide what the networks need.
        Notify("limits of the machine");
        MachineLimits limits = MachineLimits.Measure(threads, TimeSpan.FromSeconds(Math.Min(LongestLimit, options.Seconds)));
        return new BenchmarkReport(
            options.Row, threads, options.Batch, _idle, _peak, networks, limits, [.. _profiles.SelectMany(profile => Speeds(profile, limits))]);
    }

    private NetworkSpeed Measure(IDevice device, Architecture architecture, bool isFirst)
    {
        long flops = architecture.ForwardFlops(BenchmarkOptions.ImageSide, BenchmarkOptions.ImageSide, BenchmarkOptions.Classes);
        TrainingSpeed? training = null;
        List<InferenceSpeed> inference = [];
        if (options.Training)
        {
            Notify($"{architecture}: training with batch {options.Batch}");
            training = Train(device, architecture, flops, isFirst);
            ProfileTraining(device, architecture);
        }

        if (options.Inference)
        {
            foreach (int batch in options.InferenceBatches)
            {
                Notify($"{architecture}: inference with batch {batch}");
                inference.Add(Infer(device, architecture, flops, batch));
            }

            ProfileInference(device, architecture, inference.MaxBy(speed => speed.ImagesPerSecond)!.Batch);
        }

        return new NetworkSpeed(architecture, architecture.ParameterCount(BenchmarkOptions.Classes), flops, training, inference);
    }

    private TrainingSpeed Train(IDevice device, Architecture architecture, long flops, bool isFirst)
    {
        NotePeak();
        bool isOwnPeak = ProcessMemory.TryResetPeak() || isFirst;
        FixedBatch batch = new(options.Batch);
        using ResidualNetwork network = CreateNetwork(device, architecture, options.Batch, training: true);
        TrainingSteps steps = new(network, batch, options.LearningRate);
        double seconds = Repetitions.Median(steps.Make, options.Seconds, WarmUps, FewestTrainingSteps);
        steps.RequireFallingLoss();
        long? memory = isOwnPeak ? ProcessMemory.Peak - _idle : null;

        // Backward makes two products for each one of forward.
        return new TrainingSpeed(
            options.Batch / seconds, 3.0 * flops * options.Batch / seconds / 1e12, steps.Made, steps.FirstLoss, steps.LastLoss, memory);
    }

    private InferenceSpeed Infer(IDevice device, Architecture architecture, long flops, int count)
    {
        FixedBatch batch = new(count);
        using ResidualNetwork network = CreateNetwork(device, architecture, count, training: false);
        double seconds = Repetitions.Median(() => Infer(network, batch), options.Seconds, WarmUps, FewestInferencePasses);
        return new InferenceSpeed(count, count / seconds, (double)flops * count / seconds / 1e12);
    }

    private static void Infer(ResidualNetwork network, FixedBatch batch)
    {
        network.Load(batch.Pixels, batch.Count);
        network.ForwardInference();
    }

    private void ProfileTraining(IDevice device, Architecture architecture)
    {
        ProfilingDevice profiling = new(device);
        using ResidualNetwork network = CreateNetwork(profiling, architecture, options.Batch, training: true);
        TrainingSteps steps = new(network, new FixedBatch(options.Batch), options.LearningRate);
        AddProfile(profiling, architecture, BenchmarkPhase.Training, steps.Make);
    }

    private void ProfileInference(IDevice device, Architecture architecture, int count)
    {
        ProfilingDevice profiling = new(device);
        FixedBatch batch = new(count);
        using ResidualNetwork network = CreateNetwork(profiling, architecture, count, training: false);
        AddProfile(profiling, architecture, BenchmarkPhase.Inference, () => Infer(network, batch));
    }

    private void AddProfile(ProfilingDevice profiling, Architecture architecture, BenchmarkPhase phase, Action pass)
    {
        pass();
        profiling.Reset();
        long start = Stopwatch.GetTimestamp();
        int passes = Repetitions.Repeat(pass, options.Seconds * ProfileShare, FewestProfiledPasses).Count;
        _profiles.Add(new Profile(architecture, phase, passes, Stopwatch.GetElapsedTime(start).TotalSeconds, profiling.ByClass()));
    }

    private IEnumerable<OpSpeed> Speeds(Profile profile, MachineLimits limits)
    {
        ComputeLimit arithmetic = limits.For(options.Row);
        foreach (ClassCounts row in profile.Classes)
        {
            (string limit, double share) = row.IsArithmetic
                ? (arithmetic.Name, row.Counts.Gigaflops / 1000 / arithmetic.AllThreads)
                : (OpSpeed.MemoryName, row.Counts.GigabytesPerSecond / limits.Memory.AllThreads);
            yield return new OpSpeed(profile.Network, profile.Phase, row.Name, row.Counts, row.Counts.Seconds / profile.Seconds, limit, share);
        }

        double rest = Math.Max(0, profile.Seconds - profile.Classes.Sum(row => row.Counts.Seconds));
        yield return new OpSpeed(
            profile.Network, profile.Phase, OpSpeed.OtherName, new OpCounts(profile.Passes, rest, 0, 0), rest / profile.Seconds, null, null);
    }

    private static ResidualNetwork CreateNetwork(IDevice device, Architecture architecture, int capacity, bool training)
    {
        Recipe recipe = Recipes.Quick;
        ResidualNetwork network = new(
            device,
            new NetworkShape(architecture, BenchmarkOptions.Classes, BenchmarkOptions.ImageSide, BenchmarkOptions.ImageSide),
            new NormSettings(recipe.BatchNormEpsilon, recipe.BatchNormRunningWeight),
            capacity,
            training);
        network.Initialize(Seed);
        return network;
    }

    private void NotePeak() => _peak = ProcessMemory.Peak is { } peak ? Math.Max(peak, _peak ?? 0) : _peak;

    private void Notify(string message) => progress?.Report(new Notice(message));

    private sealed record Profile(Architecture Network, BenchmarkPhase Phase, int Passes, double Seconds, IReadOnlyList<ClassCounts> Classes);
}
