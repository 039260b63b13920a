using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Kernels;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Forecast;
using ActiveInas.Runs.Sessions;
using ActiveInas.Training;

namespace ActiveInas.Runs.Estimation;

/// <summary>Predicts time, memory and disk of runs before they start: a short measurement of a few networks, and the work that the configurations ask for.</summary>
/// <remarks>
/// Nobody knows what the searches will pick. All runs are drawn many times over with every candidate as likely as the others; the figures are medians of these
/// draws, and beside them stand their bounds from the first to the ninth tenth. Time hangs little on the picks, memory and disk more: parameters grow fourfold
/// with every stack.
/// </remarks>
/// <param name="time">For each figure measured.</param>
/// <param name="progress">Told about each stage.</param>
public sealed class Estimator(TimeSpan time, IProgress<ProgressEvent>? progress = null)
{
    private const int Draws = 400;

    /// <summary>Depths that fewer draws reach are not worth a measurement of their own.</summary>
    private const double Unlikely = 0.01;

    // The libraries, compiled code and heap of a process that trains, beyond what it holds before the first training.
    private const double RuntimeBytes = 30e6;

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
        KernelRow kernels = KernelSelection.FindForRun(ExperimentKernels.Resolve(experiment, folder, RunParts.Default, options.AllowOtherKernels));
        Dictionary<DataRequest, double> shared = [];
        List<MeasuredNetwork> measured = [];
        Dictionary<ExperimentCell, RunDraw[]> drawn = [];
        SeededRandom random = new(1);

        // Networks are measured anew for every size of images and every recipe.
        foreach (var group in open.GroupBy(cell => (Data: cell.Configuration.DataRequest, cell.Configuration.Simulate, cell.Configuration.Recipe)))
        {
            RunConfiguration first = group.First().Configuration;
            (DataShape loaded, DataShape data) = await ShapesAsync(first, cancellation).ConfigureAwait(false);
            shared[group.Key.Data] = loaded.Bytes;
            WorkPlan[] plans = [.. group.Select(cell => new WorkPlan(cell.Configuration, data))];
            int stacks = MostStacks(plans, data);
            IReadOnlyDictionary<Architecture, Measurement> found = await MeasureAsync(
                first.Recipe, data, MeasuredSpeed.Anchors(stacks, group.Select(cell => cell.Configuration.Architecture).OfType<Architecture>()), jobs, threads, kernels, cancellation).ConfigureAwait(false);
            MeasuredSpeed speed = new(found, stacks, data);
            foreach ((ExperimentCell cell, WorkPlan plan) in group.Zip(plans))
            {
                drawn[cell] = Draw(plan, speed, ref random).Select(rounds => RunDraw.Of(cell.Configuration, rounds, speed, data)).ToArray();
            }

            measured.AddRange(found.Select(pair => new MeasuredNetwork($"{data.Width}x{data.Height} pixels, {data.Classes} classes, recipe {first.Recipe.Name}", pair.Key, pair.Value)));
        }

        // Cells run in the order of the experiment.
        ExperimentDraw[] draws = [.. Enumerable.Range(0, open.Length == 0 ? 0 : Draws).Select(draw => ExperimentDraw.Of([.. open.Select(cell => At(drawn[cell], draw))], jobs))];
        return new Estimate
        {
            Runs = open.Length,
            Finished = experiment.Cells.Count - open.Length,
            Jobs = jobs,
            Threads = threads,
            Seconds = Prediction.Of(draws.Select(draw => draw.Seconds)),
            Memory = Prediction.Of(draws.Select(draw => before + RuntimeBytes + shared.Values.Sum() + draw.Bytes)),
            Disk = Prediction.Of(draws.Select(draw => draw.Disk)),
            PeakDisk = Prediction.Of(draws.Select(draw => draw.PeakDisk)),
            Methods = [.. open.GroupBy(cell => cell.Method).Select(group => Method(group.Key, [.. group.Select(cell => drawn[cell])]))],
            Measured = measured,
            Notes = [.. Notes(drawn.Values.Any(runs => runs.Length > 1), folder is null ? 0 : open.Count(cell => folder.Cell(cell.Id).HasStore))],
        };
    }

    // A run of a fixed architecture has one draw.
    private static RunDraw At(RunDraw[] draws, int draw) => draws[draw % draws.Length];

    private static MethodEstimate Method(string name, RunDraw[][] runs)
    {
        StageSeconds[] draws = [.. Enumerable.Range(0, Draws).Select(draw => runs.Aggregate(default(StageSeconds), (sum, run) => sum + At(run, draw).Seconds))];
        double Mean(Func<StageSeconds, double> stage) => draws.Average(stage);
        return new MethodEstimate(
            name,
            runs.Length,
            new StageSeconds(Mean(draw => draw.Search), Mean(draw => draw.Train), Mean(draw => draw.Test), Mean(draw => draw.Query)),
            Prediction.Of(draws.Select(draw => draw.Total)));
    }

    private static List<IReadOnlyList<RoundPlan>> Draw(WorkPlan plan, ISpeed speed, ref SeededRandom random)
    {
        List<IReadOnlyList<RoundPlan>> draws = [];
        for (int draw = 0; draw < (plan.IsSearching ? Draws : 1); draw++)
        {
            draws.Add(plan.Draw(speed, ref random));
        }

        return draws;
    }

    private static IEnumerable<string> Notes(bool hasSearches, int started)
    {
        if (hasSearches)
        {
            yield return "Ranges hold 8 of 10 times if in every search each candidate is as likely to be picked as the others; memory and disk hang most on the stacks that are picked.";
        }

        yield return "Left out: loading the data, the selection itself of a query (seconds for scores and coreset, more for the clustering strategies), and stops by rules.";
        if (started > 0)
        {
            yield return $"{Counted.Of(started, "run has", "runs have")} begun and {Counted.Word(started, "counts", "count")} in full.";
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

        return (DataShape.Of(data), DataShape.Of(DataFit.Simulated(DataFit.WithClasses(data, configuration), configuration)));
    }

    // What the searches may well reach.
    private static int MostStacks(WorkPlan[] plans, DataShape data)
    {
        NominalSpeed nominal = new(data.Height, data.Width, data.Classes);
        SeededRandom random = new(1);
        int most = 0;
        foreach (WorkPlan plan in plans.Where(plan => plan.IsSearching))
        {
            int[] stacks = [.. Draw(plan, nominal, ref random).Select(rounds => rounds[^1].Architecture.Stacks).Order()];
            most = Math.Max(most, stacks[(int)((1 - Unlikely) * (stacks.Length - 1))]);
        }

        return most;
    }

    private async Task<IReadOnlyDictionary<Architecture, Measurement>> MeasureAsync(
        Recipe recipe, DataShape data, IReadOnlyList<Architecture> architectures, int jobs, int threads, KernelRow kernels, CancellationToken cancellation)
    {
        using SpeedProbe probe = new(data, recipe, jobs, threads, kernels, time);
        Dictionary<Architecture, Measurement> measured = [];
        foreach (Architecture architecture in architectures)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new Notice($"measuring {architecture} on {data.Width}x{data.Height} images, {jobs} at a time with {Counted.Of(threads, "thread")}"));
            measured[architecture] = await probe.MeasureAsync(architecture, cancellation).ConfigureAwait(false);
        }

        return measured;
    }
}
