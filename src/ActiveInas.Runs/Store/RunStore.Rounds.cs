using System.Text.Json;
using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;
using ActiveInas.Training;
using Dapper;

namespace ActiveInas.Runs.Store;

/// <summary>A line of queries/round_NN.csv.</summary>
internal sealed record QueryLine
{
    /// <summary>Id of the sample.</summary>
    public int Sample { get; init; }

    /// <summary>Its name in the data set.</summary>
    public string Path { get; init; } = "";

    /// <summary>The strategy's score.</summary>
    public double? Score { get; init; }

    /// <summary>1 = asked first.</summary>
    public int Rank { get; init; }
}

/// <summary>What a query cost, without its picks.</summary>
public sealed record QuerySummary
{
    /// <summary>The round whose model asked.</summary>
    public int Round { get; init; }

    /// <summary>Its name.</summary>
    public string Strategy { get; init; } = "";

    /// <summary>Inference and selection.</summary>
    public double Seconds { get; init; }
}

/// <summary>One measured value.</summary>
internal sealed record MetricRow
{
    /// <summary>What it belongs to: "rounds", or the key of a training.</summary>
    public string Key { get; init; } = "";

    /// <summary>For example loss.</summary>
    public string Name { get; init; } = "";

    /// <summary>Labels for "rounds", SGD step for a training.</summary>
    public long Step { get; init; }

    /// <summary>Null for a value that is not a number.</summary>
    public double? Value { get; init; }
}

/// <content>Rounds, queries and metrics.</content>
internal sealed partial class RunStore
{
    /// <summary>A finished round, or null.</summary>
    public RoundRecord? FindRound(int round)
    {
        lock (_gate)
        {
            return _connection.QuerySingleOrDefault<RoundRow>("SELECT * FROM rounds WHERE round = @round", new { round }) is { } row ? Record(row) : null;
        }
    }

    /// <summary>All finished rounds in order.</summary>
    public IReadOnlyList<RoundRecord> Rounds()
    {
        lock (_gate)
        {
            return [.. _connection.Query<RoundRow>("SELECT * FROM rounds ORDER BY round").Select(Record)];
        }
    }

    /// <summary>When each round was recorded, UTC.</summary>
    public IReadOnlyDictionary<int, DateTime> RoundTimes()
    {
        lock (_gate)
        {
            return _connection.Query<(int Round, string Time)>("SELECT round, recorded_at FROM rounds").ToDictionary(
                row => row.Round, row => DateTime.Parse(row.Time, null, System.Globalization.DateTimeStyles.AdjustToUniversal));
        }
    }

    /// <summary>Records a round.</summary>
    public void InsertRound(RoundRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        Commit(transaction =>
        {
            _connection.Execute(
                """
                INSERT INTO rounds (round, labels, blocks, stacks, parameters, flops, has_search, test_count, test_accuracy, test_loss,
                    test_class_accuracy, test_calibration_error, never_predicted, train_loss, train_steps, train_seconds, recorded_at)
                VALUES (@Round, @Labels, @Blocks, @Stacks, @Parameters, @Flops, @HasSearch, @TestCount, @TestAccuracy, @TestLoss,
                    @TestClassAccuracy, @TestCalibrationError, @NeverPredicted, @TrainLoss, @TrainSteps, @TrainSeconds, @RecordedAt)
                """,
                new RoundRow
                {
                    Round = record.Round,
                    Labels = record.Labels,
                    Blocks = record.Architecture.Blocks,
                    Stacks = record.Architecture.Stacks,
                    Parameters = record.Parameters,
                    Flops = record.Flops,
                    HasSearch = record.Search is not null,
                    TestCount = record.Test?.Count,
                    TestAccuracy = record.Test is null ? null : Store(record.Test.Accuracy),
                    TestLoss = record.Test is null ? null : Store(record.Test.Loss),
                    TestClassAccuracy = record.Test is null ? null : JsonSerializer.Serialize(record.Test.ClassAccuracy, s_numbers),
                    TestCalibrationError = record.Test is null ? null : Store(record.Test.CalibrationError),
                    NeverPredicted = JsonSerializer.Serialize(record.NeverPredicted),
                    TrainLoss = Store(record.TrainLoss),
                    TrainSteps = record.TrainSteps,
                    TrainSeconds = record.TrainSeconds,
                    RecordedAt = Now(),
                },
                transaction);
            if (record.Test is { } test)
            {
                InsertDetails(record.Round, test, transaction);
            }
        });
    }

    /// <summary>The query of a round, or null.</summary>
    public QueryRecord? FindQuery(int round)
    {
        lock (_gate)
        {
            return Queries().SingleOrDefault(query => query.Round == round) is { } head
                ? new QueryRecord(
                    round,
                    head.Strategy,
                    [.. QueryLines(round).Select(line => new QueryPick(new SampleId(line.Sample), line.Score ?? double.NaN, line.Rank))],
                    head.Seconds)
                : null;
        }
    }

    /// <summary>All queries without their picks.</summary>
    public IReadOnlyList<QuerySummary> Queries()
    {
        lock (_gate)
        {
            return [.. _connection.Query<QuerySummary>(
                "SELECT round, strategy, seconds FROM query_batches ORDER BY round")];
        }
    }

    /// <summary>The picks of a query with the names of the samples.</summary>
    public IReadOnlyList<QueryLine> QueryLines(int round)
    {
        lock (_gate)
        {
            return [.. _connection.Query<QueryLine>(
                "SELECT sample, path, score, rank FROM queries WHERE round = @round ORDER BY position",
                new { round })];
        }
    }

    /// <summary>Records a query.</summary>
    public void InsertQuery(QueryRecord record, Func<SampleId, string> path)
    {
        ArgumentNullException.ThrowIfNull(record);
        Commit(transaction =>
        {
            _connection.Execute(
                "INSERT INTO query_batches (round, strategy, seconds, recorded_at) VALUES (@Round, @Strategy, @Seconds, @now)",
                new { record.Round, record.Strategy, record.Seconds, now = Now() },
                transaction);
            _connection.Execute(
                "INSERT INTO queries (round, position, rank, sample, path, score) VALUES (@Round, @Position, @Rank, @Sample, @Path, @Score)",
                record.Picks.Select((pick, i) => new
                {
                    record.Round,
                    Position = i,
                    pick.Rank,
                    Sample = pick.Id.Value,
                    Path = path(pick.Id),
                    Score = Store(pick.Score),
                }),
                transaction);
        });
    }

    /// <summary>Records measured values; a later value of the same key, name and step replaces the earlier.</summary>
    public void InsertMetrics(IReadOnlyCollection<MetricRow> metrics) => Commit(transaction => _connection.Execute(
        "INSERT OR REPLACE INTO metrics (key, name, step, value) VALUES (@Key, @Name, @Step, @Value)", metrics, transaction));

    /// <summary>All measured values.</summary>
    public IReadOnlyList<MetricRow> Metrics()
    {
        lock (_gate)
        {
            return [.. _connection.Query<MetricRow>(
                "SELECT key, name, step, value FROM metrics ORDER BY key, step, name")];
        }
    }

    private RoundRecord Record(RoundRow row) => new(
        row.Round,
        row.Labels,
        new Architecture(row.Blocks, row.Stacks),
        row.Parameters,
        row.Flops,
        row.TestCount is not { } count
            ? null
            : new Evaluation(
                count,
                row.TestAccuracy ?? double.NaN,
                row.TestLoss ?? double.NaN,
                JsonSerializer.Deserialize<double[]>(row.TestClassAccuracy!, s_numbers)!,
                row.TestCalibrationError ?? double.NaN)
            {
                Calibration = Calibration(row.Round),
                Classes = ClassResults(row.Round),
            },
        row.TrainLoss ?? double.NaN,
        row.TrainSteps,
        row.TrainSeconds,
        row.HasSearch ? FindSearch(row.Round) : null)
    {
        NeverPredicted = row.NeverPredicted is { } classes ? JsonSerializer.Deserialize<int[]>(classes)! : [],
    };

    private sealed record RoundRow
    {
        public int Round { get; init; }

        public int Labels { get; init; }

        public int Blocks { get; init; }

        public int Stacks { get; init; }

        public long Parameters { get; init; }

        public long Flops { get; init; }

        public bool HasSearch { get; init; }

        public int? TestCount { get; init; }

        public double? TestAccuracy { get; init; }

        public double? TestLoss { get; init; }

        public string? TestClassAccuracy { get; init; }

        public double? TestCalibrationError { get; init; }

        public string? NeverPredicted { get; init; }

        public double? TrainLoss { get; init; }

        public long TrainSteps { get; init; }

        public double TrainSeconds { get; init; }

        public string RecordedAt { get; init; } = "";
    }
}
