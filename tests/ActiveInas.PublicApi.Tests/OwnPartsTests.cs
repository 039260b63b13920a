using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Trials;
using ActiveInas.Search;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;

namespace ActiveInas.PublicApi.Tests;

/// <summary>Every part of a run replaced by one that an outsider wrote.</summary>
public sealed class OwnPartsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private RunConfiguration Configuration => new()
    {
        Data = "stripes",
        Space = new(2, 2),
        Initial = 12,
        Batch = new(6),
        Budget = 24,
        Seed = 3,
        Recipe = Given.recipe,
        Out = _folder["run"],
    };

    [Fact]
    public async Task A_run_takes_all_parts_from_outside()
    {
        List<string> trained = [];
        RunDocument run = await ActiveInasRun.StartAsync(Configuration, parts: Parts(trained));

        Assert.Equal("stripes", run.Configuration.Data);
        Assert.Equal(["stripe-a", "stripe-b", "stripe-c"], run.Classes);
        Assert.Equal(["initial/every-second", "last", "last"], run.Queries.Select(query => query.Strategy));
        Assert.Equal([new(1, 1), new(2, 1), new(1, 2)], run.Rounds.Select(round => round.Architecture));
        Assert.Equal(["round-01/mine", "round-02/mine", "round-03/mine"], trained);
        Assert.Equal([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22], Picks("round_00"));
        Assert.Equal([59, 58, 57, 56, 55, 54], Picks("round_01"));
    }

    [Fact]
    public async Task A_run_goes_on_with_the_parts_given_again()
    {
        using CancellationTokenSource stop = new();
        RunParts stopping = Parts([], request => (request.StartsWith("round-02", StringComparison.Ordinal) ? stop : null)?.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ActiveInasRun.StartAsync(Configuration, parts: stopping, cancellation: stop.Token));

        List<string> trained = [];
        RunDocument run = await ActiveInasRun.ResumeAsync(_folder["run"], parts: Parts(trained));
        RunDocument whole = await ActiveInasRun.StartAsync(Configuration with { Out = _folder["whole"] }, parts: Parts([]));

        Assert.Equal(["round-02/mine", "round-03/mine"], trained);
        Assert.Equal(whole.Rounds.Select(round => round.Test!.Accuracy), run.Rounds.Select(round => round.Test!.Accuracy));
        Assert.Equal(File.ReadAllBytes(_folder["whole/model/model.safetensors"]), File.ReadAllBytes(_folder["run/model/model.safetensors"]));
    }

    [Fact]
    public async Task A_device_from_outside_trains_a_run()
    {
        KernelRow row = KernelTable.Best(StorageType.BFloat16);
        OwnDevice? device = null;
        RunParts own = Parts([]) with
        {
            ChooseKernels = _ => "own",
            CreateBackend = (context, checkpoints, progress)
                => new LocalBackend(context.Data, device = new OwnDevice(row.Open(context.Configuration.Threads)), checkpoints, progress),
        };

        RunDocument run = await ActiveInasRun.StartAsync(Configuration, parts: own);
        await ActiveInasRun.StartAsync(
            Configuration with { Out = _folder["row"], Kernels = row.Name }, parts: Parts([]) with { CreateBackend = RunParts.Default.CreateBackend });

        Assert.Equal("own", run.Kernels);
        Assert.True(device!.Convolutions > 0);
        Assert.Equal(File.ReadAllBytes(_folder["row/model/model.safetensors"]), File.ReadAllBytes(_folder["run/model/model.safetensors"]));
    }

    [Fact]
    public async Task Candidates_may_train_elsewhere_from_files_to_the_same_run()
    {
        RunConfiguration configuration = Configuration with { Data = "shapes", ImageSize = 8, Budget = 18, Initial = 12 };
        List<string> jobs = [];
        RunParts elsewhere = RunParts.Default with
        {
            CreateBackend = (context, checkpoints, progress)
                => new OwnBackend(RunParts.Default.CreateBackend(context, checkpoints, progress), new FileRunner(context, _folder["jobs"], jobs)),
        };

        RunDocument run = await ActiveInasRun.StartAsync(configuration, parts: elsewhere);
        RunDocument here = await ActiveInasRun.StartAsync(configuration with { Out = _folder["here"] });

        Assert.Equal(run.Rounds.Sum(round => round.Search!.Candidates.Count), jobs.Distinct().Count());
        Assert.Equal(Errors(here), Errors(run));
        Assert.Equal(File.ReadAllBytes(_folder["here/model/model.safetensors"]), File.ReadAllBytes(_folder["run/model/model.safetensors"]));
    }

    [Fact]
    public async Task Without_a_loader_of_ones_own_the_name_of_the_data_must_be_known()
    {
        ConfigurationException failure = await Assert.ThrowsAsync<ConfigurationException>(
            () => ActiveInasRun.StartAsync(Configuration, parts: RunParts.Default with { Query = new LastQuery() }));

        Assert.Contains("'stripes' is neither a data set", failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    private static RunParts Parts(List<string> trained, Action<string>? before = null) => RunParts.Default with
    {
        LoadData = (request, _, _) => Task.FromResult(Stripes.Load(request)),
        Query = new LastQuery(),
        CreateOracle = context => new OwnOracle(context.Data.Train),
        CreateSearch = context => new GrowingSearch(context.Configuration.Recipe, context.Data.Classes.Count),
        CreateInitialQuery = _ => new EverySecond(),
        CreateBackend = (context, checkpoints, progress)
            => new OwnBackend(RunParts.Default.CreateBackend(context, checkpoints, progress), new OwnRunner(trained, before)),
    };

    private static double[] Errors(RunDocument run) => [.. run.Rounds.SelectMany(round => round.Search!.Candidates).Select(candidate => candidate.ValidationError)];

    private int[] Picks(string query) => [.. File.ReadAllLines(_folder[$"run/queries/{query}.csv"]).Skip(1).Select(line => int.Parse(line.Split(',')[0]))];

    /// <summary>60 images of 8x8 pixels with stripes of three widths, and 12 for the test.</summary>
    private static class Stripes
    {
        public static Dataset Load(DataRequest request)
        {
            Assert.Equal("stripes", request.Source);
            ImageSet train = Images("train", 60);
            return new Dataset(request.Source, ["stripe-a", "stripe-b", "stripe-c"], train, Images("test", 12), Normalization.Of(train), MirrorSafe: true, []);
        }

        private static ImageSet Images(string part, int count)
        {
            const int Side = 8;
            SeededRandom random = new(SeedTree.Derive(1, part));
            byte[] pixels = new byte[count * Side * Side * 3];
            for (int i = 0; i < pixels.Length; i++)
            {
                int image = i / (Side * Side * 3);
                int x = i / 3 % Side;
                pixels[i] = (byte)(((x >> (image % 3)) & 1) == 0 ? random.NextInt(60) : 195 + random.NextInt(60));
            }

            return new ImageSet(Side, Side, pixels, [.. Enumerable.Range(0, count).Select(i => i % 3)], [.. Enumerable.Range(0, count).Select(i => $"{part}/{i}")]);
        }
    }

    /// <summary>Asks for the samples with the largest ids.</summary>
    private sealed class LastQuery : IQueryStrategy
    {
        public string Name => "last";

        public QueryNeeds Needs => QueryNeeds.None;

        public IReadOnlyList<QueryPick> Select(QueryContext context, CancellationToken cancellation)
            => [.. context.Pool.Reverse().Take(context.Count).Select((id, i) => new QueryPick(id, id.Value, i + 1))];
    }

    /// <summary>Starts with samples 0, 2, 4, ...</summary>
    private sealed class EverySecond : IInitialQuery
    {
        public string Name => "initial/every-second";

        public IReadOnlyList<QueryPick> Draw(ulong seed, IReadOnlyList<SampleId> pool, int count, CancellationToken cancellation)
            => [.. Enumerable.Range(0, count).Select(i => new QueryPick(pool[2 * i], 0, i + 1))];
    }

    /// <summary>Knows the right answers.</summary>
    private sealed class OwnOracle(ImageSet images) : IOracle
    {
        public string Source => "mine";

        public Task<IReadOnlyList<LabelledSample>> LabelAsync(int round, IReadOnlyList<SampleId> samples, CancellationToken cancellation)
            => Task.FromResult<IReadOnlyList<LabelledSample>>([.. samples.Select(id => new LabelledSample(id, images.Labels[id.Value]))]);
    }

    /// <summary>Goes through three architectures, and asks the runner for one score on the way.</summary>
    private sealed class GrowingSearch(Recipe recipe, int classes) : IArchitectureSearch
    {
        private static readonly Architecture[] s_path = [new(1, 1), new(2, 1), new(1, 2)];

        public async Task<SearchOutcome> SearchAsync(
            int round, Architecture current, IReadOnlyList<LabelledSample> labelled, ITrialRunner runner, CancellationToken cancellation)
        {
            Architecture chosen = s_path[(round - 1) % s_path.Length];
            TrialRequest request = new($"round-{round:00}/mine", chosen, classes, [.. labelled.Skip(3)], [.. labelled.Take(3)], recipe, Seed: 7);
            TrialResult result = await runner.RunAsync(request, cancellation);
            CandidateRecord candidate = new(
                1, chosen, 7, result.ValidationError, chosen.ParameterCount(classes), chosen.ForwardFlops(8, 8, classes), result.Seconds, true, "its turn");
            return new SearchOutcome(chosen, [candidate], result.Seconds);
        }
    }

    /// <summary>Where another machine would train.</summary>
    private sealed class OwnRunner(List<string> trained, Action<string>? before) : ITrialRunner
    {
        public Task<TrialResult> RunAsync(TrialRequest request, CancellationToken cancellation)
        {
            before?.Invoke(request.Key);
            cancellation.ThrowIfCancellationRequested();
            trained.Add(request.Key);
            return Task.FromResult(new TrialResult(0.25, [0.25], 1, 2, 0));
        }
    }

    /// <summary>Writes each trial as a file and runs what it reads back, as a worker on another machine does with <c>ainas trial</c>.</summary>
    private sealed class FileRunner(RunContext context, string folder, List<string> jobs) : ITrialRunner
    {
        public async Task<TrialResult> RunAsync(TrialRequest request, CancellationToken cancellation)
        {
            TrialJob job = TrialRun.JobOf(context, request);
            string file = Path.Combine(folder, $"{job.Id}.json");
            TrialFile.Write(file, job);
            jobs.Add(job.Id);
            TrialOutcome outcome = await TrialRun.RunAsync(TrialFile.Read(file), Path.Combine(folder, job.Id), cancellation: cancellation);
            return outcome.Candidate!;
        }
    }

    /// <summary>The product's own, with another runner of trials.</summary>
    private sealed class OwnBackend(ITrainingBackend inner, ITrialRunner trials) : ITrainingBackend
    {
        public ITrialRunner Trials => trials;

        public IModelTrainer Trainer => inner.Trainer;

        public ITestEvaluator Evaluator => inner.Evaluator;

        public IModelFiles Models => inner.Models;

        public void Dispose() => inner.Dispose();
    }
}
