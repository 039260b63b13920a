using System.Globalization;
using System.Text.Json;
using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Search;
using ActiveInas.Training;
using Dapper;
using Microsoft.Data.Sqlite;

namespace ActiveInas.Runs.Store;

/// <content>Labels, trials and searches.</content>
internal sealed partial class RunStore
{
    private static readonly JsonSerializerOptions s_numbers = new()
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The labels that began a round, in the order recorded; null when none are recorded.</summary>
    public IReadOnlyList<LabelledSample>? FindLabels(int round)
    {
        lock (_gate)
        {
            if (_connection.ExecuteScalar<long?>("SELECT round FROM label_batches WHERE round = @round", new { round }) is null)
            {
                return null;
            }

            return [.. _connection
                .Query<(int Sample, int Label)>("SELECT sample, label FROM labels WHERE round = @round ORDER BY position", new { round })
                .Select(row => new LabelledSample(new SampleId(row.Sample), row.Label))];
        }
    }

    /// <summary>Records the labels that begin a round.</summary>
    public void InsertLabels(int round, IReadOnlyList<LabelledSample> labels, Func<SampleId, string> path, string source)
        => Commit(transaction =>
        {
            _connection.Execute("INSERT INTO label_batches (round, source, recorded_at) VALUES (@round, @source, @now)", new { round, source, now = Now() }, transaction);
            _connection.Execute(
                "INSERT INTO labels (sample, round, position, label, path) VALUES (@Sample, @Round, @Position, @Label, @Path)",
                labels.Select((label, i) => new { Sample = label.Id.Value, Round = round, Position = i, label.Label, Path = path(label.Id) }),
                transaction);
        });

    /// <summary>The class that each labelled sample was given, by sample.</summary>
    public IReadOnlyDictionary<int, int> Labels()
    {
        lock (_gate)
        {
            return _connection.Query<(int Sample, int Label)>("SELECT sample, label FROM labels").ToDictionary(row => row.Sample, row => row.Label);
        }
    }

    /// <summary>For each round its labels so far, by class.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<int>> ClassLabels(int classes)
    {
        lock (_gate)
        {
            int[] counts = new int[classes];
            Dictionary<int, IReadOnlyList<int>> result = [];
            foreach (IGrouping<int, (int Round, int Label, int Count)> round in _connection
                .Query<(int Round, int Label, int Count)>("SELECT round, label, COUNT(*) FROM labels GROUP BY round, label ORDER BY round").GroupBy(row => row.Round))
            {
                foreach ((_, int label, int count) in round)
                {
                    counts[label] += count;
                }

                result[round.Key] = [.. counts];
            }

            return result;
        }
    }

    /// <summary>A recorded trial, or null.</summary>
    public TrialResult? FindTrial(string key)
    {
        lock (_gate)
        {
            TrialRow? row = _connection.QuerySingleOrDefault<TrialRow>("SELECT * FROM trials WHERE key = @key", new { key });
            return row is null
                ? null
                : new TrialResult(
                    row.ValidationError ?? double.NaN,
                    JsonSerializer.Deserialize<double[]>(row.EpochErrors, s_numbers)!,
                    row.FinalLoss ?? double.NaN,
                    row.Steps,
                    row.Seconds);
        }
    }

    /// <summary>Records a trial.</summary>
    public void InsertTrial(TrialRequest request, TrialResult result)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(result);
        Commit(transaction => _connection.Execute(
            """
            INSERT INTO trials (key, blocks, stacks, seed, train_count, validation_count, validation_error, epoch_errors, final_loss, steps, seconds,
                recorded_at, measure)
            VALUES (@Key, @Blocks, @Stacks, @Seed, @Train, @Validation, @Error, @Errors, @Loss, @Steps, @Seconds, @Now, @Measure)
            """,
            new
            {
                request.Key,
                request.Architecture.Blocks,
                request.Architecture.Stacks,
                Seed = request.Seed.ToString(CultureInfo.InvariantCulture),
                Train = request.Train.Count,
                Validation = request.Validation.Count,
                Error = Store(result.ValidationError),
                Errors = JsonSerializer.Serialize(result.EpochErrors, s_numbers),
                Loss = Store(result.FinalLoss),
                result.Steps,
                result.Seconds,
                Now = Now(),
                Measure = ErrorMeasures.Key(request.Measure),
            },
            transaction));
    }

    /// <summary>What the search of a round decided, or null.</summary>
    public SearchOutcome? FindSearch(int round)
    {
        lock (_gate)
        {
            return _connection.QuerySingleOrDefault<SearchRow>("SELECT * FROM searches WHERE round = @round", new { round }) is { } row
                ? new SearchOutcome(new Architecture(row.Blocks, row.Stacks), Candidates(round), row.Seconds)
                {
                    Measure = ErrorMeasures.FromKey(row.Measure),
                    EffectiveCount = row.EffectiveCount,
                }
                : null;
        }
    }

    /// <summary>Records a search with every candidate it looked at.</summary>
    public void InsertSearch(int round, SearchOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        Commit(transaction =>
        {
            _connection.Execute(
                "INSERT INTO searches (round, blocks, stacks, seconds, measure, effective_count) VALUES (@round, @Blocks, @Stacks, @Seconds, @Measure, @EffectiveCount)",
                new { round, outcome.Chosen.Blocks, outcome.Chosen.Stacks, outcome.Seconds, Measure = ErrorMeasures.Key(outcome.Measure), outcome.EffectiveCount },
                transaction);
            for (int i = 0; i < outcome.Candidates.Count; i++)
            {
                InsertCandidate(round, i, outcome.Candidates[i], transaction);
            }
        });
    }

    private void InsertCandidate(int round, int position, CandidateRecord candidate, SqliteTransaction transaction) => _connection.Execute(
        """
        INSERT INTO candidates (round, position, step, blocks, stacks, seed, validation_error, parameters, flops, seconds, chosen, reason)
        VALUES (@round, @position, @Step, @Blocks, @Stacks, @Seed, @Error, @Parameters, @Flops, @Seconds, @Chosen, @Reason)
        """,
        new
        {
            round,
            position,
            candidate.Step,
            candidate.Architecture.Blocks,
            candidate.Architecture.Stacks,
            Seed = candidate.Seed.ToString(CultureInfo.InvariantCulture),
            Error = Store(candidate.ValidationError),
            candidate.Parameters,
            candidate.Flops,
            candidate.Seconds,
            candidate.Chosen,
            candidate.Reason,
        },
        transaction);

    private List<CandidateRecord> Candidates(int round) => [.. _connection
        .Query<CandidateRow>("SELECT * FROM candidates WHERE round = @round ORDER BY position", new { round })
        .Select(row => new CandidateRecord(
            row.Step,
            new Architecture(row.Blocks, row.Stacks),
            ulong.Parse(row.Seed, CultureInfo.InvariantCulture),
            row.ValidationError ?? double.NaN,
            row.Parameters,
            row.Flops,
            row.Seconds,
            row.Chosen,
            row.Reason))];

    private sealed record SearchRow
    {
        public int Blocks { get; init; }

        public int Stacks { get; init; }

        public double Seconds { get; init; }

        public string? Measure { get; init; }

        public double? EffectiveCount { get; init; }
    }

    private sealed record TrialRow
    {
        public double? ValidationError { get; init; }

        public string EpochErrors { get; init; } = "";

        public double? FinalLoss { get; init; }

        public long Steps { get; init; }

        public double Seconds { get; init; }
    }

    private sealed record CandidateRow
    {
        public int Step { get; init; }

        public int Blocks { get; init; }

        public int Stacks { get; init; }

        public string Seed { get; init; } = "";

        public double? ValidationError { get; init; }

        public long Parameters { get; init; }

        public long Flops { get; init; }

        public double Seconds { get; init; }

        public bool Chosen { get; init; }

        public string Reason { get; init; } = "";
    }
}
