using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Experiments;
using ActiveInas.Querying;
using ActiveInas.Runs;
using ActiveInas.Runs.Forecast;
using ActiveInas.Training;

namespace ActiveInas.Estimation;

/// <summary>Predicts time, memory and disk of runs before they start: a short measurement of a few networks, and the work that the configurations ask for.</summary>
/// <remarks>
/// Nobody knows what the searches will pick. The expectation takes every candidate as equally likely; beside it stand the least and the most
/// that the runs can take. FLOPs of a network depend on its number of blocks far more than on its stacks, so the three lie near each other.
/// </remarks>
/// <param name="time">For each figure measured.</param>
/// <param name="progress">Told about each stage.</param>
public sealed class Estimator(TimeSpan time, IProgress<ProgressEvent>? progress = null)
{
    /// <summary>Architectures below this probability are not worth a measurement of their own.</summary>
    private const double Unlikely = 0.01;

    // The libraries, compiled code and heap of a process that trains, beyond what it holds before the first training.
    private const double RuntimeBytes = 30e6;

    // Copies for checkpoints and model files, until the garbage collector takes them.
    private const double ManagedBytesPerParameter = 24;

    // Rows of labels and queries with their indices, and the line in queries/round_NN.csv.
    private const double BytesPerLabel = 330;
    private const double BytesPerRun = 160e3;

    // Weights, momentum and running statistics in a checkpoint; weights and running statistics in a model file.
    private const double CheckpointBytesPerParameter = 8;
    private const double ModelBytesPerParameter = 4;

    private readonly Dictionary<DataRequest, Dataset> _loaded = [];

    /// <summary>Predicts the runs of an experiment that are not finished.</summary>
    /// <param name="experiment">What to run; one cell for a single run.</param>
    /// <param name="folder">Where finished runs may lie; null: nothing is finished.</param>
    /// <param name="options">How it will be run.</param>
    /// <param name="cancellation">Stops the measurement.</param>
    public async Task<Estimate> EstimateAsync(Experiment experiment, ExperimentFolder? folder, ExperimentOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(options);
        double before = ProcessMemory.Resident ?? 0;
        ExperimentCell[] open = [.. experiment.Cells.Where(cell => folder is null || !CellState.IsFinished(folder.Cell(cell.Id)))];
        int jobs = options.JobsFor(open.Length);
        int threads = options.ThreadsFor(jobs);
        Dictionary<DataRequest, double> shared = [];
        List<MeasuredNetwork> measured = [];
        List<(ExperimentCell Cell, CellPlan Plan)> plans = [];

        // Networks are measured anew for every size of images and every recipe.
        foreach (var group in open.GroupBy(cell => (Data: cell.Configuration.DataRequest, cell.Configuration.Simulate, cell.Configuration.Recipe)))
        {
            RunConfiguration first = group.First().Configuration;
            (DataShape loaded, DataShape data) = await ShapesAsync(first, cancellation).ConfigureAwait(false);
            shared[group.Key.Data] = loaded.Bytes;
            RunPlan[] runs = [.. group.Select(cell => new RunPlan(cell.Configuration, data))];
            int stacks = MostStacks([.. group.Zip(runs)], data);
            IReadOnlyDictionary<Architecture, Measurement> found = await MeasureAsync(
                first.Recipe, data, MeasuredSpeed.Anchors(stacks, group.Select(cell => cell.Configuration.FixedArchitecture).OfType<Architecture>()), jobs, threads, cancellation).ConfigureAwait(false);
            MeasuredSpeed speed = new(found, stacks, data);
            plans.AddRange(group.Zip(runs).Select(pair => (pair.First, new CellPlan(pair.First.Configuration, pair.Second, speed, data))));
            measured.AddRange(found.Select(pair => new MeasuredNetwork($"{data.Width}x{data.Height} pixels, {data.Classes} classes, recipe {first.Recipe.Name}", pair.Key, pair.Value)));
        }

        // Cells run in the order of the experiment.
        CellPlan[] ordered = [.. open.Select(cell => plans.First(plan => ReferenceEquals(plan.Cell, cell)).Plan)];
        double working = ordered.Select(plan => plan.WorkingBytes).OrderDescending().Take(jobs).Sum();
        double running = ordered.Select(plan => plan.TransientDisk).OrderDescending().Take(jobs).Sum();
        double disk = ordered.Sum(plan => plan.Disk);
        return new Estimate
        {
            Runs = open.Length,
            Finished = experiment.Cells.Count - open.Length,
            Jobs = jobs,
            Threads = threads,
            Seconds = Makespan(ordered.Select(plan => plan.Seconds.Total), jobs),
            LeastSeconds = Makespan(ordered.Select(plan => plan.Least), jobs),
            MostSeconds = Makespan(ordered.Select(plan => plan.Most), jobs),
            Memory = open.Length == 0 ? 0 : before + RuntimeBytes + shared.Values.Sum() + working,
            Disk = disk,
            PeakDisk = disk + running,
            Methods = [.. plans.GroupBy(plan => plan.Cell.Method).Select(group => new MethodEstimate(
                group.Key,
                group.Count(),
                group.Aggregate(default(StageSeconds), (sum, plan) => sum + plan.Plan.Seconds),
                group.Sum(plan => plan.Plan.Least),
                group.Sum(plan => plan.Plan.Most)))],
            Measured = measured,
            Notes = [.. Notes(folder is null ? 0 : open.Count(cell => folder.Cell(cell.Id).HasStore))],
        };
    }

    private static IEnumerable<string> Notes(int started)
    {
        yield return "Left out: loading the data, the selection itself of a query (seconds for scores and coreset, more for the clustering strategies), and stops by --stop-... rules.";
        if (started > 0)
        {
            yield return $"{started} {(started == 1 ? "run has" : "runs have")} begun and {(started == 1 ? "counts" : "count")} in full.";
        }
    }

    // As loaded, and as the runs see it.
    private async Task<(DataShape Loaded, DataShape Run)> ShapesAsync(RunConfiguration configuration, CancellationToken cancellation)
    {
        DataRequest request = configuration.DataRequest;
        if (configuration.Simulate is null && DataSources.KnownShape(request) is { } known)
        {
            return (known, known);
        }

        if (!_loaded.TryGetValue(request, out Dataset? data))
        {
            _loaded[request] = data = await DataSources.LoadAsync(request, progress, cancellation).ConfigureAwait(false);
        }

        return (DataShape.Of(data), DataShape.Of(RunData.Simulated(RunData.WithClasses(data, configuration), configuration)));
    }

    // Each run starts when one of the jobs is free.
    private static double Makespan(IEnumerable<double> seconds, int jobs)
    {
        double[] free = new double[jobs];
        foreach (double run in seconds)
        {
            int first = Array.IndexOf(free, free.Min());
            free[first] += run;
        }

        return free.Max();
    }

    // What the searches may well reach.
    private static int MostStacks((ExperimentCell Cell, RunPlan Plan)[] runs, DataShape data)
    {
        NominalSpeed nominal = new(data.Height, data.Width, data.Classes);
        return runs.Where(run => run.Cell.Configuration.FixedArchitecture is null)
            .SelectMany(run => run.Plan.Rounds(nominal).SelectMany(round => round.Architectures))
            .Where(pair => pair.Value >= Unlikely).Select(pair => pair.Key.Stacks).DefaultIfEmpty(0).Max();
    }

    private async Task<IReadOnlyDictionary<Architecture, Measurement>> MeasureAsync(
        Recipe recipe, DataShape data, IReadOnlyList<Architecture> architectures, int jobs, int threads, CancellationToken cancellation)
    {
        using SpeedProbe probe = new(data, recipe, jobs, threads, time);
        Dictionary<Architecture, Measurement> measured = [];
        foreach (Architecture architecture in architectures)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new Notice($"measuring {architecture} on {data.Width}x{data.Height} images, {jobs} at a time with {threads} {(threads == 1 ? "thread" : "threads")}"));
            measured[architecture] = await probe.MeasureAsync(architecture, cancellation).ConfigureAwait(false);
        }

        return measured;
    }

    /// <summary>One run to come.</summary>
    private sealed class CellPlan
    {
        public CellPlan(RunConfiguration configuration, RunPlan plan, MeasuredSpeed speed, DataShape data)
        {
            RoundPlan[] rounds = [.. plan.Rounds(speed)];
            Seconds = rounds.Aggregate(default(StageSeconds), (sum, round) => sum + new StageSeconds(round.Search, round.Train, round.Test, round.Query));

            // A disturbed measurement may turn them around.
            Least = Math.Min(Seconds.Total, plan.Rounds(speed, GrowthAssumption.Never).Sum(round => round.Total));
            Most = Math.Max(Seconds.Total, plan.Rounds(speed, GrowthAssumption.Most).Sum(round => round.Total));
            IReadOnlyDictionary<Architecture, double> last = rounds[^1].Architectures;
            double parameters = Expected(last, node => node.ParameterCount(data.Classes));
            QueryNeeds needs = QueryStrategies.Create(configuration.Query).Needs;
            double columns = (needs.HasFlag(QueryNeeds.Probabilities) ? data.Classes : 0) + (needs > QueryNeeds.Probabilities ? Expected(last, node => node.EmbeddingLength) : 0);

            // A simulated pool is the run's own; the images of the others are shared.
            double pool = configuration.Simulate is null ? 0 : data.Bytes;
            WorkingBytes = pool + rounds[^1].LargestTraining(speed.Bytes) + (ManagedBytesPerParameter * parameters) + (sizeof(float) * columns * data.Train);
            Disk = BytesPerRun + (BytesPerLabel * plan.Labels[^1]) + (ModelBytesPerParameter * parameters);
            TransientDisk = (CheckpointBytesPerParameter + ModelBytesPerParameter) * parameters;
        }

        public StageSeconds Seconds { get; }

        public double Least { get; }

        public double Most { get; }

        public double WorkingBytes { get; }

        public double Disk { get; }

        public double TransientDisk { get; }

        private static double Expected(IReadOnlyDictionary<Architecture, double> probabilities, Func<Architecture, double> value)
            => probabilities.Sum(pair => pair.Value * value(pair.Key));
    }
}
