using ActiveInas.Architectures;
using ActiveInas.Learning;
using ActiveInas.Reports;
using ActiveInas.Runs;
using ActiveInas.Training;

namespace ActiveInas.Tests.Reports;

/// <summary>Runs with given test errors, as reports read them.</summary>
internal static class Curves
{
    /// <summary>100, 200, 300, ... labels.</summary>
    public const int Step = 100;

    /// <summary>A run of a method (query, architecture) whose rounds have these errors.</summary>
    public static ReportRun Run(string query, string architecture, ulong seed, params double[] errors)
    {
        Architecture network = Architecture.TryParse(architecture, out Architecture given) ? given : new Architecture(1, 1);
        RunDocument document = new()
        {
            Run = $"{query}-{architecture}-{seed}",
            Out = "nowhere",
            CreatedAt = "2026-01-02T03:04:05Z",
            State = "finished",
            Configuration = new RunConfiguration { Query = query, Architecture = architecture, Seed = seed, Batch = $"{Step}", Initial = Step, Budget = Step * errors.Length },
            ImageHeight = 32,
            ImageWidth = 32,
            Classes = ["cat", "dog"],
            Kernels = "fake",
            Rounds = [.. errors.Select((error, i) => new RoundRecord(
                i + 1, Step * (i + 1), network, network.ParameterCount(2), network.ForwardFlops(32, 32, 2), new Evaluation(1000, 1 - error, 1, [1 - error, double.NaN], 0.1), 0.5, 10, 2, null))],
            Queries = [.. errors.SkipLast(1).Select((_, i) => new QuerySummary { Round = i + 1, Strategy = query, Seconds = 1 })],
        };
        return new ReportRun([query, architecture], document);
    }

    /// <summary>Methods told apart by query and architecture.</summary>
    public static Comparison Compare(params ReportRun[] runs)
        => new(new ReportInput { Title = "curves", Command = "ainas", Varying = ["query", "architecture"], Runs = runs });
}
