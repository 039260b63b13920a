using ActiveInas.Architectures;
using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Reports;
using ActiveInas.Runs.Store;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Reports;

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
            State = RunState.Finished,
            Configuration = new RunConfiguration { Query = query, Architecture = architecture == "search" ? null : network, Seed = seed, Batch = new(Step), Initial = Step, Budget = Step * errors.Length },
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

    /// <summary>The same run on a test part of 900 images of cats and 100 of dogs, with these accuracies of the two classes in its rounds.</summary>
    public static ReportRun Uneven(ReportRun run, params (double Cats, double Dogs)[] accuracies) => run with
    {
        Run = run.Run with
        {
            Rounds = [.. run.Run.Rounds.Zip(accuracies, (round, share) => round with { Test = Test((int)Math.Round(900 * share.Cats), (int)Math.Round(100 * share.Dogs)) })],
        },
    };

    private static Evaluation Test(int cats, int dogs) => new(1000, (cats + dogs) / 1000.0, 1, [cats / 900.0, dogs / 100.0], 0.1)
    {
        Classes = [new ClassResult(900, cats + 100 - dogs, cats), new ClassResult(100, dogs + 900 - cats, dogs)],
    };

    /// <summary>Methods told apart by query and architecture.</summary>
    public static Comparison Compare(params ReportRun[] runs)
        => new(new ReportInput { Title = "curves", Command = "ainas", Varying = ["query", "architecture"], Runs = runs });
}
