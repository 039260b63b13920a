using System.Buffers.Binary;
using ActiveInas.Learning;
using Dapper;

namespace ActiveInas.Runs.Store;

/// <content>What the stopping rules know, and why the run ended.</content>
internal sealed partial class RunStore
{
    // A reader migrates nothing: a store of an earlier version has no such tables.
    private bool HasStopping => SchemaVersion >= 2;

    /// <summary>What the stopping rules know of a round, or null.</summary>
    public StopEvidence? FindEvidence(int round)
    {
        lock (_gate)
        {
            return _connection.QuerySingleOrDefault<EvidenceRow>(
                "SELECT seconds, kappa, predictions FROM evidence WHERE round = @round", new { round }) is { } row
                ? new StopEvidence(round, row.Seconds, row.Kappa, Decode(row.Predictions))
                : null;
        }
    }

    /// <summary>Records what the stopping rules know of a round, and drops the predictions of earlier ones.</summary>
    public void InsertEvidence(StopEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        Commit(transaction =>
        {
            _connection.Execute("UPDATE evidence SET predictions = NULL", transaction: transaction);
            _connection.Execute(
                "INSERT INTO evidence (round, seconds, kappa, predictions) VALUES (@Round, @Seconds, @Kappa, @predictions)",
                new { evidence.Round, evidence.Seconds, evidence.Kappa, predictions = Encode(evidence.Predictions) },
                transaction);
        });
    }

    /// <summary>The agreement with the model before, of each round where it was measured.</summary>
    public IReadOnlyDictionary<int, double> Kappas()
    {
        lock (_gate)
        {
            return HasStopping
                ? _connection.Query<(int Round, double Kappa)>("SELECT round, kappa FROM evidence WHERE kappa IS NOT NULL")
                    .ToDictionary(row => row.Round, row => row.Kappa)
                : new Dictionary<int, double>();
        }
    }

    /// <summary>Why the run ended, or null while it has not (or was ended by an earlier version).</summary>
    public LearningStop? FindEnd()
    {
        lock (_gate)
        {
            return HasStopping && _connection.Query<(string Rule, string Reason)>("SELECT rule, reason FROM ends").FirstOrDefault() is { Rule: { } rule } end
                ? new LearningStop(Enum.Parse<LearningEnd>(rule), end.Reason)
                : null;
        }
    }

    private static byte[]? Encode(short[]? values)
    {
        if (values is null)
        {
            return null;
        }

        byte[] bytes = new byte[values.Length * sizeof(short)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(i * sizeof(short)), values[i]);
        }

        return bytes;
    }

    private static short[]? Decode(byte[]? bytes)
    {
        if (bytes is null)
        {
            return null;
        }

        short[] values = new short[bytes.Length / sizeof(short)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(i * sizeof(short)));
        }

        return values;
    }

    private sealed record EvidenceRow
    {
        public double Seconds { get; init; }

        public double? Kappa { get; init; }

        public byte[]? Predictions { get; init; }
    }
}
