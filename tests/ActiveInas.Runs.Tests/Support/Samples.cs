using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Store;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Support;

/// <summary>Records with awkward values: doubles that decimal text would round, NaN, names that CSV must quote.</summary>
internal static class Samples
{
    public static readonly double Awkward = BitConverter.Int64BitsToDouble(0x3FD5555555555557);

    public static RunRow Run(string configuration = "") => new()
    {
        Id = "0badcafe",
        CreatedAt = "2026-01-02T03:04:05Z",
        State = "started",
        Version = "0.1.0",
        Kernels = "reference-bf16",
        DataFingerprint = "ab",
        Classes = "[\"cat\",\"dog\"]",
        Configuration = configuration.Length > 0 ? configuration : new RunConfiguration().ToJson(),
        Environment = "{\"cpu\":\"test\"}",
    };

    public static LabelledSample[] Labels(params (int Id, int Label)[] labels)
        => [.. labels.Select(label => new LabelledSample(new SampleId(label.Id), label.Label))];

    public static TrialRequest Trial(string key) => new(
        key, new Architecture(2, 1), 2, Labels((1, 0), (2, 1)), Labels((3, 0)), new RunConfiguration().Recipe, ulong.MaxValue - 3);

    public static SearchOutcome Search() => new(
        new Architecture(2, 1),
        [
            new CandidateRecord(1, new Architecture(1, 1), 7, Awkward, 76_490, 123_456_789_012, 1.5, false, "more errors (0.333 against 0.25)"),
            new CandidateRecord(1, new Architecture(2, 1), ulong.MaxValue, double.NaN, 150_000, 2, 0.1, true, "lowest validation error"),
        ],
        1.6);

    public static RoundRecord Round(int round, int labels, SearchOutcome? search = null, double accuracy = 0.6) => new(
        round,
        labels,
        search?.Chosen ?? new Architecture(1, 2),
        307_274,
        99_000_000_000,
        new Evaluation(1000, accuracy, Awkward, [0.25, double.NaN, Awkward], 0.05)
        {
            Calibration = [new CalibrationBin(0, double.NaN, double.NaN), new CalibrationBin(1000, Awkward, 0.6)],
            Classes = [new ClassResult(700, 900, 650), new ClassResult(0, 0, 0), new ClassResult(300, 100, 90)],
        },
        0.1 + 0.2,
        300,
        12.25,
        search)
    {
        NeverPredicted = [0, 2],
    };

    public static QueryRecord Query(int round) => new(
        round,
        "softmax-response",
        [new QueryPick(new SampleId(5), Awkward, 1), new QueryPick(new SampleId(4), 1e-300, 2)],
        0.75);

    public static string Name(SampleId id) => id.Value == 4 ? "train/a \"b\",c.png" : $"train/{id.Value:00000}";
}
