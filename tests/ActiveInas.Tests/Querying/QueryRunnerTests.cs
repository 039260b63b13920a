using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Querying;
using ActiveInas.Tests.Learning;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;

namespace ActiveInas.Tests.Querying;

public sealed class QueryRunnerTests
{
    private static readonly QueryRequest s_request = new(Stub.Ids(9, 2, 5), Stub.Labelled(7, 3), 2, 2, 11, 10, 0.5, 1);

    [Theory]
    [InlineData(QueryNeeds.None)]
    [InlineData(QueryNeeds.Probabilities)]
    [InlineData(QueryNeeds.StochasticProbabilities)]
    [InlineData(QueryNeeds.Embeddings)]
    [InlineData(QueryNeeds.Probabilities | QueryNeeds.Embeddings)]
    public void A_strategy_gets_just_what_it_needs_in_ascending_order(QueryNeeds needs)
    {
        Probe probe = new(needs, context => [.. context.Pool.Take(2).Select((id, index) => new QueryPick(id, 0, index + 1))]);
        using StubModel model = new StubTrainer().Open(new Architecture(1, 1));

        QueryRunner.Run(probe, needs == QueryNeeds.None ? null : model, s_request, CancellationToken.None);

        QueryContext seen = probe.Seen!;
        bool embeddings = needs.HasFlag(QueryNeeds.Embeddings);
        bool stochastic = needs.HasFlag(QueryNeeds.StochasticProbabilities);
        Assert.Equal(Stub.Ids(2, 5, 9), seen.Pool);
        Assert.Equal(Stub.Labelled(3, 7), seen.Labelled);
        Assert.Equal<IEnumerable<float>>(embeddings || stochastic ? [2, 5, 9] : null, seen.PoolEmbeddings);
        Assert.Equal<IEnumerable<float>>(embeddings ? [3, 7] : null, seen.LabelledEmbeddings);
        Assert.Equal(stochastic ? model.Head : null, seen.Head);
        Assert.Equal(needs.HasFlag(QueryNeeds.Probabilities), seen.Probabilities is not null);
        Assert.Equal((11ul, 10, 0.5, 1), (seen.Seed, seen.StochasticPasses, seen.DropoutRate, seen.Threads));
    }

    [Fact]
    public void Probabilities_are_those_of_the_head()
    {
        Probe probe = new(QueryNeeds.Probabilities, context => [new(context.Pool[0], 0, 1), new(context.Pool[1], 0, 2)]);
        using StubModel model = new StubTrainer().Open(new Architecture(1, 1));

        QueryRunner.Run(probe, model, s_request, CancellationToken.None);

        Assert.Equal(1 / (1 + Math.Exp(-2 * 0.05)), probe.Seen!.Probabilities![2], 1e-6);
    }

    [Theory]
    [InlineData(CoresetQuery.StrategyName)]
    [InlineData(McDropoutQuery.StrategyName)]
    public void Embeddings_in_a_mapped_file_give_the_same_picks_and_leave_nothing(string name)
    {
        using TemporaryFolder folder = new();
        int[] ids = [.. Enumerable.Range(0, 9000)];
        QueryRequest request = new(Stub.Ids(ids[10..]), Stub.Labelled(ids[..10]), 50, 2, 11, 10, 0.5, 2);
        using StubModel model = new StubTrainer().Open(new Architecture(1, 1));
        IQueryStrategy strategy = QueryStrategies.Create(name);
        bool mapped = false;
        Probe probe = new(strategy.Needs, context =>
        {
            mapped = context.PoolEmbeddings!.IsMapped;
            return strategy.Select(context, CancellationToken.None);
        });

        IReadOnlyList<QueryPick> picks = QueryRunner.Run(
            probe, model, request with { EmbeddingMemory = 4 * 8990 - 1, TemporaryFolder = folder.Path }, CancellationToken.None);

        Assert.True(mapped);
        Assert.Empty(Directory.GetFiles(folder.Path));
        Assert.Equal(QueryRunner.Run(probe, model, request with { EmbeddingMemory = 4 * 8990 }, CancellationToken.None), picks);
        Assert.False(mapped);
    }

    [Theory]
    [InlineData("too few", 2)]
    [InlineData("twice", 2, 2)]
    [InlineData("labelled", 2, 3)]
    public void An_answer_that_breaks_the_contract_is_refused(string why, params int[] ids)
    {
        Probe probe = new(QueryNeeds.None, _ => [.. ids.Select((id, index) => new QueryPick(new SampleId(id), 0, index + 1))]);

        QueryException exception = Assert.Throws<QueryException>(() => QueryRunner.Run(probe, null, s_request, CancellationToken.None));

        Assert.True(exception.Message.StartsWith("probe: ", StringComparison.Ordinal), why);
    }

    [Fact]
    public void Wrong_ranks_and_scores_are_refused()
    {
        Probe ranks = new(QueryNeeds.None, _ => [new(new(2), 0, 1), new(new(5), 0, 3)]);
        Probe scores = new(QueryNeeds.None, _ => [new(new(2), 0, 1), new(new(5), double.NaN, 2)]);

        Assert.Contains("rank 3", Assert.Throws<QueryException>(() => QueryRunner.Run(ranks, null, s_request, CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Contains("NaN", Assert.Throws<QueryException>(() => QueryRunner.Run(scores, null, s_request, CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void A_count_outside_the_pool_is_refused(int count)
        => Assert.Throws<ArgumentException>(() => QueryRunner.Run(new RandomQuery(), null, s_request with { Count = count }, CancellationToken.None));

    private sealed class Probe(QueryNeeds needs, Func<QueryContext, IReadOnlyList<QueryPick>> answer) : IQueryStrategy
    {
        public QueryContext? Seen { get; private set; }

        public string Name => "probe";

        public QueryNeeds Needs => needs;

        public IReadOnlyList<QueryPick> Select(QueryContext context, CancellationToken cancellation)
        {
            Seen = context;
            return answer(context);
        }
    }
}
