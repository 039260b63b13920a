using ActiveInas.Data;
using ActiveInas.Querying;

namespace ActiveInas.Tests.Querying;

/// <summary>What every query strategy promises. A new strategy inherits all of it with one row at the end of this file.</summary>
public abstract class StrategyContract(string name)
{
    private readonly IQueryStrategy _strategy = QueryStrategies.Create(name);

    public string Name => name;

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    [InlineData(150)]
    public void It_answers_with_so_many_different_pool_ids_ranked_from_one(int count)
    {
        QueryContext context = Queries.Random(3, count: count);

        IReadOnlyList<QueryPick> picks = Select(context);

        Assert.Equal(count, picks.Count);
        Assert.Equal(count, picks.Select(pick => pick.Id).Distinct().Count());
        Assert.Subset(context.Pool.ToHashSet(), picks.Select(pick => pick.Id).ToHashSet());
        Assert.Empty(picks.Select(pick => pick.Id).Intersect(context.Labelled.Select(sample => sample.Id)));
        Assert.Equal(Enumerable.Range(1, count), picks.Select(pick => pick.Rank));
        Assert.All(picks, pick => Assert.True(double.IsFinite(pick.Score)));
    }

    [Fact]
    public void A_pool_of_one_is_asked_for()
        => Assert.Equal(0, Assert.Single(Select(Queries.Random(4, pool: 1, count: 1))).Id.CompareTo(Queries.Random(4, pool: 1, count: 1).Pool[0]));

    [Fact]
    public void The_same_seed_gives_the_same_answer()
        => Assert.Equal(Select(Queries.Random(5)), Select(Queries.Random(5)));

    [Fact]
    public void Threads_do_not_change_the_answer()
    {
        QueryContext context = Queries.Random(6, pool: 1500, count: 40);

        IReadOnlyList<QueryPick> one = Select(context with { Threads = 1 });

        Assert.Equal(one, Select(context with { Threads = 2 }));
        Assert.Equal(one, Select(context with { Threads = 4 }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_order_of_the_pool_does_not_change_the_answer(int seed)
    {
        QueryContext context = Queries.Random(7);

        Assert.Equal(Select(context), Select(Queries.Permuted(context, (ulong)seed)));
    }

    [Fact]
    public void Duplicated_embeddings_are_asked_for_once_each_whatever_the_order()
    {
        QueryContext context = Queries.With(Queries.Random(8, count: 150, embedding: value => value > 0 ? 1 : 0) with { });
        float[] row = context.PoolEmbeddings!.AsSpan(0, context.EmbeddingLength).ToArray();
        context = Queries.With(context with { PoolEmbeddings = [.. Enumerable.Repeat(row, context.Pool.Count).SelectMany(values => values)] });

        IReadOnlyList<QueryPick> picks = Select(context);

        Assert.Equal(context.Pool, picks.Select(pick => pick.Id).Order());
        Assert.NotEqual(context.Pool, picks.Select(pick => pick.Id));
        Assert.Equal(picks, Select(Queries.Permuted(context, 3)));
    }

    [Fact]
    public void Zero_embeddings_are_answered_in_a_seeded_order()
    {
        QueryContext context = Queries.Random(9, count: 150, embedding: _ => 0);

        IReadOnlyList<QueryPick> picks = Select(context);
        IReadOnlyList<QueryPick> other = Select(context with { Seed = 10 });

        Assert.Equal(context.Pool, picks.Select(pick => pick.Id).Order());
        Assert.Equal(picks, Select(Queries.Permuted(context, 3)));
        Assert.NotEqual(picks.Select(pick => pick.Id), other.Select(pick => pick.Id));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Values_that_are_not_finite_stop_the_query_and_are_named(float bad)
    {
        QueryContext context = Queries.Random(11);
        context.PoolEmbeddings![(17 * context.EmbeddingLength) + 5] = bad;
        context = Queries.With(context);

        if (_strategy.Needs == QueryNeeds.None)
        {
            // It never sees the network: the same answer as before.
            Assert.Equal(Select(Queries.Random(11)), Select(context));
            return;
        }

        QueryException exception = Assert.Throws<QueryException>(() => Select(context));
        Assert.Contains(Name, exception.Message, StringComparison.Ordinal);
        Assert.Contains($"sample {context.Pool[17]} ", exception.Message, StringComparison.Ordinal);
        Assert.Matches("NaN|Infinity|∞", exception.Message);
    }

    [Fact]
    public void What_it_needs_and_does_not_get_is_named()
    {
        QueryContext context = Queries.Random(12) with { Probabilities = null, PoolEmbeddings = null, LabelledEmbeddings = null, Head = null };

        if (_strategy.Needs == QueryNeeds.None)
        {
            Assert.Equal(12, Select(context).Count);
            return;
        }

        Assert.Contains(Name, Assert.Throws<ArgumentException>(() => Select(context)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_reports_its_own_name() => Assert.Equal(Name, _strategy.Name);

    private IReadOnlyList<QueryPick> Select(QueryContext context) => _strategy.Select(context, CancellationToken.None);
}

public sealed class RandomContract() : StrategyContract("random");

public sealed class SoftmaxResponseContract() : StrategyContract("softmax-response");

public sealed class McDropoutContract() : StrategyContract("mc-dropout");

public sealed class CoresetContract() : StrategyContract("coreset");
