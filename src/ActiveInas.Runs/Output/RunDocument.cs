using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Store;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Runs.Output;

/// <summary>A run as its users see it: what <c>--json</c> prints.</summary>
public sealed record RunDocument
{
    /// <summary>Version of the JSON shape.</summary>
    public const int SchemaVersion = 1;

    /// <summary>Short id.</summary>
    public required string Run { get; init; }

    /// <summary>The run's folder as named by the caller.</summary>
    public required string Out { get; init; }

    /// <summary>UTC, ISO 8601.</summary>
    public required string CreatedAt { get; init; }

    /// <summary>What it does: finished, running or stopped.</summary>
    public required RunState State { get; init; }

    /// <summary>The resolved configuration.</summary>
    public required RunConfiguration Configuration { get; init; }

    /// <summary>Kernel-table row in use.</summary>
    public string Kernels { get; init; } = "";

    /// <summary>Version of the program that began it.</summary>
    public string Version { get; init; } = "";

    /// <summary>H of the images in pixels; of a run of an earlier version: what its configuration says.</summary>
    public int ImageHeight { get; init; }

    /// <summary>W of the images in pixels; of a run of an earlier version: what its configuration says.</summary>
    public int ImageWidth { get; init; }

    /// <summary>Finished rounds.</summary>
    public required IReadOnlyList<RoundRecord> Rounds { get; init; }

    /// <summary>Queries made, without their picks.</summary>
    public required IReadOnlyList<QuerySummary> Queries { get; init; }

    /// <summary>Wall-clock over all sessions.</summary>
    public double Seconds { get; init; }

    /// <summary>Why it ended; null while it has not.</summary>
    public LearningStop? End { get; init; }

    /// <summary>Agreement of each round's model with the one before on the pool, where it was measured.</summary>
    public IReadOnlyDictionary<int, double> Kappas { get; init; } = new Dictionary<int, double>();

    /// <summary>Class names.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>For each round its labels so far, by class.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<int>> ClassLabels { get; init; } = new Dictionary<int, IReadOnlyList<int>>();

    /// <summary>The architectures of the rounds in one line: "A(1,1) -> A(2,1) x2 -> A(2,2)".</summary>
    public string ArchitecturePath => Output.ArchitecturePath.Of(Rounds);

    /// <summary>Area under the test 0-1 error from the first to the last point (trapezoids over labels) over the label span;
    /// null for one point and without a test part.</summary>
    public double? Auc => LearningCurve.Auc(LearningCurve.Points(Rounds));

    /// <summary>The same area under the balanced test error, 1 - balanced accuracy.</summary>
    public double? BalancedAuc => LearningCurve.Auc(LearningCurve.Points(Rounds, ErrorMeasure.Balanced));

    /// <summary>What of the data could not be used, in a sentence; null: nothing.</summary>
    public string? DataLoss { get; init; }

    /// <summary>What a person should look into: data that could not be used, then, a sentence a round, classes that a model never predicts.</summary>
    public IReadOnlyList<string> Warnings => [.. DataLoss is { } loss ? [loss] : Array.Empty<string>(), .. Rounds.Select(Warning).OfType<string>()];

    /// <summary>Reads a run as it stands, also while another process writes it; null while nothing is recorded.</summary>
    public static RunDocument? Find(RunFolder folder) => RunStore.HasRun(folder) ? Read(folder) : null;

    /// <summary>Reads a run as it stands, also while another process writes it.</summary>
    /// <exception cref="RunException">The folder holds no run.</exception>
    public static RunDocument Read(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!folder.HasStore)
        {
            throw new RunException($"{folder.Root} holds no run. 'ainas list' shows the runs that there are.");
        }

        using RunStore store = RunStore.OpenReader(folder.Database);
        return store.FindRun() is null
            ? throw new RunException($"{folder.Root}: nothing recorded, start it with run: 'ainas run `out={folder.Root}`'.")
            : Read(folder, store);
    }

    /// <summary>Reads a run from its open store.</summary>
    internal static RunDocument Read(RunFolder folder, RunStore store) => store.Snapshot(() =>
    {
        RunRow run = store.FindRun()!;
        string[] classes = JsonSerializer.Deserialize<string[]>(run.Classes)!;
        RunConfiguration configuration = RunConfiguration.FromJson(run.Configuration, folder.Configuration);
        int side = configuration.ImageSize ?? DataSources.DefaultImageSize;
        return new RunDocument
        {
            Run = run.Id,
            Out = folder.Root,
            CreatedAt = run.CreatedAt,
            State = run.IsFinished ? RunState.Finished : FolderLock.IsHeld(folder) ? RunState.Running : RunState.Stopped,
            Configuration = configuration,
            Kernels = run.Kernels,
            Version = run.Version,
            ImageHeight = run.ImageHeight ?? side,
            ImageWidth = run.ImageWidth ?? side,
            Rounds = store.Rounds(),
            Queries = store.Queries(),
            Seconds = run.Seconds,
            End = store.FindEnd(),
            Kappas = store.Kappas(),
            DataLoss = run.DataLoss,
            Classes = classes,
            ClassLabels = store.ClassLabels(classes.Length),
        };
    });

    /// <summary>The JSON document, snake case.</summary>
    public string ToJson() => new JsonObject
    {
        ["schema_version"] = SchemaVersion,
        ["run"] = Run,
        ["out"] = Out,
        ["state"] = State.Name(),
        ["data"] = Configuration.Data,
        ["query"] = Configuration.Query,
        ["initial_query"] = Configuration.InitialQuery,
        ["simulate"] = Configuration.Simulate?.ToString(),
        ["classes"] = new JsonArray([.. Classes.Select(name => JsonValue.Create(name))]),
        ["seed"] = Configuration.Seed,
        ["threads"] = Configuration.Threads,
        ["rounds"] = new JsonArray([.. Rounds.Select(Node)]),
        ["auc"] = JsonStyle.Number(Auc),
        ["balanced_auc"] = JsonStyle.Number(BalancedAuc),
        ["warnings"] = new JsonArray([.. Warnings.Select(warning => JsonValue.Create(warning))]),
        ["seconds"] = JsonStyle.Number(Seconds),
        ["end"] = End is null ? null : new JsonObject { ["rule"] = RuleName(End.Rule), ["reason"] = End.Reason },
    }.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = JsonStyle.Encoder });

    private static string RuleName(LearningEnd rule) => rule switch
    {
        LearningEnd.BudgetSpent => "budget",
        LearningEnd.PoolExhausted => "pool",
        LearningEnd.AccuracyReached => "accuracy",
        LearningEnd.Plateau => "plateau",
        LearningEnd.Agreement => "kappa",
        LearningEnd.OwnRule => "own",
        _ => "hours",
    };

    private static JsonObject Node(ClassResult result) => new()
    {
        ["images"] = result.Images,
        ["predicted"] = result.Predicted,
        ["right"] = result.Right,
        ["f1"] = JsonStyle.Number(result.F1),
    };

    private static JsonObject? Node(SearchOutcome? search) => search is null
        ? null
        : new JsonObject
        {
            ["seconds"] = JsonStyle.Number(search.Seconds),
            ["measure"] = ErrorMeasures.Key(search.Measure),
            ["candidates"] = new JsonArray([.. search.Candidates.Select(candidate => new JsonObject
            {
                ["step"] = candidate.Step,
                ["blocks"] = candidate.Architecture.Blocks,
                ["stacks"] = candidate.Architecture.Stacks,
                ["validation_error"] = JsonStyle.Number(candidate.ValidationError),
                ["parameters"] = candidate.Parameters,
                ["flops"] = candidate.Flops,
                ["seconds"] = JsonStyle.Number(candidate.Seconds),
                ["chosen"] = candidate.Chosen,
                ["reason"] = candidate.Reason,
            })]),
        };

    /// <summary>What a person should look into in a round, or null.</summary>
    internal string? Warning(RoundRecord round)
        => NeverPredicted.Text(round, ClassLabels.TryGetValue(round.Round, out IReadOnlyList<int>? counts) ? counts.Count(count => count > 0) : Classes.Count, Classes);

    private JsonObject Node(RoundRecord round)
    {
        QuerySummary? query = Queries.FirstOrDefault(query => query.Round == round.Round);
        JsonObject node = new()
        {
            ["round"] = round.Round,
            ["labels"] = round.Labels,
            ["class_labels"] = ClassLabels.TryGetValue(round.Round, out IReadOnlyList<int>? counts) ? new JsonArray([.. counts.Select(count => JsonValue.Create(count))]) : null,
            ["architecture"] = new JsonObject { ["blocks"] = round.Architecture.Blocks, ["stacks"] = round.Architecture.Stacks },
        };
        node.AddMetrics(round);
        node["test_classes"] = round.Test is not { Classes.Count: > 0 } test ? null : new JsonArray([.. test.Classes.Select(Node)]);
        node["never_predicted"] = new JsonArray([.. round.NeverPredicted.Select(c => JsonValue.Create(c < Classes.Count ? Classes[c] : $"{c}"))]);
        node["kappa"] = Kappas.TryGetValue(round.Round, out double kappa) ? JsonStyle.Number(kappa) : null;
        node["search"] = Node(round.Search);
        node["query"] = query is null ? null : new JsonObject { ["name"] = query.Strategy, ["seconds"] = JsonStyle.Number(query.Seconds) };
        return node;
    }
}
