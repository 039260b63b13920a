using ActiveInas.Architectures;
using ActiveInas.Cli.Benchmarking;

namespace ActiveInas.Cli.Tests.Benchmarking;

public sealed class QueryBenchmarkTests
{
    private static readonly QueryBenchmarkOptions s_small = new()
    {
        Images = 300,
        Passes = 20,
        Networks = [new Architecture(1, 1)],
        Classes = [3],
        KCentre = [new(200, 30, 16, 20)],
        Badge = [new(600, 24, 4, 30)],
    };

    [Fact]
    public void Each_part_gives_a_figure_and_the_picks_do_not_depend_on_the_threads()
    {
        QueryFigure[] one = [.. QueryBenchmark.Run(s_small with { Threads = 1 }, CancellationToken.None)];
        QueryFigure[] three = [.. QueryBenchmark.Run(s_small with { Threads = 3 }, CancellationToken.None)];

        Assert.Equal(["mc-dropout", "coreset", "badge"], one.Select(figure => figure.Query));
        Assert.Equal(one.Select(figure => figure.PicksHash), three.Select(figure => figure.PicksHash));
        Assert.Equal(3, one.Select(figure => figure.PicksHash).Distinct().Count());
        Assert.All(one, figure => Assert.True(figure.Seconds > 0));
        Assert.Equal(one[0].Seconds / one[0].PlainSeconds, one[0].Ratio);
        Assert.All(one[1..], figure => Assert.Null(figure.Ratio));
        Assert.Equal((200, 30, 16, 20), (one[1].Pool, one[1].Labelled, one[1].Length, one[1].Picks));
    }

    [Fact]
    public void The_embeddings_are_those_of_the_written_formula()
    {
        // By the plain loop over the formula in Python, ties to the lowest row: see the remarks of QueryBenchmark.
        QueryBenchmarkOptions options = s_small with { Networks = [], Badge = [], KCentre = [new(6, 2, 2, 6)] };

        Assert.Equal("ffe88380f23bf634", Assert.Single(QueryBenchmark.Run(options, CancellationToken.None)).PicksHash);
    }

    [Fact]
    public void What_cannot_be_measured_is_refused_by_name()
    {
        Assert.Contains("7 of 6 rows", Refusal(s_small with { KCentre = [new(6, 2, 2, 7)] }), StringComparison.Ordinal);
        Assert.Contains("0 of 6 rows", Refusal(s_small with { Badge = [new(6, 2, 2, 0)] }), StringComparison.Ordinal);
        Assert.Contains("0 passes", Refusal(s_small with { Passes = 0 }), StringComparison.Ordinal);
    }

    private static string Refusal(QueryBenchmarkOptions options)
        => Assert.Throws<ConfigurationException>(() => QueryBenchmark.Run(options, CancellationToken.None)).Message;
}
