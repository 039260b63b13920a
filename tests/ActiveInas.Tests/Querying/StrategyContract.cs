using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Querying;

namespace ActiveInas.Tests.Querying;

/// <summary>What every query strategy promises. A new row of the registry inherits all of it, alone and inside every wrapper.</summary>
public sealed class StrategyContract
{
    /// <summary>Every row, and every wrapper around every row that it takes.</summary>
    public static TheoryData<string> Names =>
    [
        .. QueryStrategies.Rows.Select(row => row.Name),
        .. QueryStrategies.Wrappers.SelectMany(wrapper => QueryStrategies.Rows
            .Where(row => !wrapper.ScoresOnly || row.Create() is ScoreQuery)
            .Select(row => $"{wrapper.Name}:{row.Name}")),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_answers_with_so_many_different_pool_ids_ranked_from_one(string name)
    {
        foreach (int count in (int[])[1, 12, 150])
        {
            QueryContext context = Queries.Random(3, count: count);

            IReadOnlyList<QueryPick> picks = Select(name, context);

            Assert.Equal(count, picks.Count);
            Assert.Equal(count, picks.Select(pick => pick.Id).Distinct().Count());
            Assert.Subset(context.Pool.ToHashSet(), picks.Select(pick => pick.Id).ToHashSet());
            Assert.Empty(picks.Select(pick => pick.Id).Intersect(context.Labelled.Select(sample => sample.Id)));
            Assert.Equal(Enumerable.Range(1, count), picks.Select(pick => pick.Rank));
            Assert.All(picks, pick => Assert.True(double.IsFinite(pick.Score)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_pool_of_one_is_asked_for(string name)
        => Assert.Equal(Queries.Random(4, pool: 1, count: 1).Pool[0], Assert.Single(Select(name, Queries.Random(4, pool: 1, count: 1))).Id);

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_an_empty_pool_nothing_is_asked_for(string name)
        => Assert.Empty(Select(name, Queries.Random(4, pool: 0, count: 0)));

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_gives_the_same_answer(string name)
        => Assert.Equal(Select(name, Queries.Random(5)), Select(name, Queries.Random(5)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Threads_and_blocks_do_not_change_the_answer(string name)
    {
        QueryContext context = Queries.Random(6, pool: 600, count: 40);

        IReadOnlyList<QueryPick> one = Select(name, context with { Threads = 1 });

        Assert.Equal(one, Select(name, context with { Threads = 2 }));
        Assert.Equal(one, Select(name, context with { Threads = 4 }));
        try
        {
            foreach (int size in (int[])[1, 7, 100, 1000])
            {
                FixedBlocks.SizeUnderTest = size;
                Assert.Equal(one, Select(name, context with { Threads = 1 + (size % 2) }));
            }
        }
        finally
        {
            FixedBlocks.SizeUnderTest = null;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_order_of_the_pool_does_not_change_the_answer(string name)
    {
        QueryContext context = Queries.Random(7);

        Assert.Equal(Select(name, context), Select(name, Queries.Permuted(context, 1)));
        Assert.Equal(Select(name, context), Select(name, Queries.Permuted(context, 2)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Duplicated_embeddings_are_asked_for_once_each_whatever_the_order(string name)
    {
        QueryContext context = Queries.Random(8, count: 150, embedding: value => value > 0 ? 1 : 0);
        float[] row = context.PoolEmbeddings!.AsSpan(0, context.EmbeddingLength).ToArray();
        context = Queries.With(context with { PoolEmbeddings = [.. Enumerable.Repeat(row, context.Pool.Count).SelectMany(values => values)] });

        IReadOnlyList<QueryPick> picks = Select(name, context);

        Assert.Equal(context.Pool, picks.Select(pick => pick.Id).Order());
        Assert.NotEqual(context.Pool, picks.Select(pick => pick.Id));
        Assert.Equal(picks, Select(name, Queries.Permuted(context, 3)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Zero_embeddings_are_answered_in_a_seeded_order(string name)
    {
        QueryContext context = Queries.Random(9, count: 150, embedding: _ => 0);

        IReadOnlyList<QueryPick> picks = Select(name, context);
        IReadOnlyList<QueryPick> other = Select(name, context with { Seed = 10 });

        Assert.Equal(context.Pool, picks.Select(pick => pick.Id).Order());
        Assert.Equal(picks, Select(name, Queries.Permuted(context, 3)));
        Assert.NotEqual(picks.Select(pick => pick.Id), other.Select(pick => pick.Id));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_that_are_not_finite_stop_the_query_and_are_named(string name)
    {
        foreach (float bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            QueryContext context = Queries.Random(11);
            context.PoolEmbeddings![(17 * context.EmbeddingLength) + 5] = bad;
            context = Queries.With(context);
            if (QueryStrategies.Create(name).Needs == QueryNeeds.None)
            {
                // It never sees the network: the same answer as before.
                Assert.Equal(Select(name, Queries.Random(11)), Select(name, context));
                continue;
            }

            QueryException exception = Assert.Throws<QueryException>(() => Select(name, context));
            Assert.Contains(name.Split(':')[^1], exception.Message, StringComparison.Ordinal);
            Assert.Contains($"sample {context.Pool[17]} ", exception.Message, StringComparison.Ordinal);
            Assert.Matches("NaN|Infinity|∞", exception.Message);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Distances_that_overflow_stop_the_query_and_are_named(string name)
    {
        QueryContext context = Queries.Random(13);
        context.PoolEmbeddings![(17 * context.EmbeddingLength) + 5] = 1e30f;
        if ((QueryStrategies.Create(name).Needs & (QueryNeeds.Embeddings | QueryNeeds.PoolEmbeddings)) == 0)
        {
            // No distance is taken: the value is large but means something.
            Assert.Equal(12, Select(name, context).Count);
            return;
        }

        Assert.Contains($"sample {context.Pool[17]} ", Assert.Throws<QueryException>(() => Select(name, context)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_it_needs_and_does_not_get_is_named(string name)
    {
        QueryContext context = Queries.Random(12) with { Probabilities = null, PoolEmbeddings = null, LabelledEmbeddings = null, Head = null };
        if (QueryStrategies.Create(name).Needs == QueryNeeds.None)
        {
            Assert.Equal(12, Select(name, context).Count);
            return;
        }

        Assert.Contains(name.Split(':')[^1], Assert.Throws<ArgumentException>(() => Select(name, context)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_cancelled_query_stops_or_answers(string name)
    {
        // Sorting a list of scores is not worth a look at the token; whatever runs over blocks of rows must look.
        QueryContext context = Queries.Random(14);
        bool looks = (QueryStrategies.Create(name).Needs & ~QueryNeeds.Probabilities) != 0;
        void Cancelled() => QueryStrategies.Create(name).Select(context, new CancellationToken(true));

        if (looks)
        {
            Assert.ThrowsAny<OperationCanceledException>(Cancelled);
        }
        else
        {
            Cancelled();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_reports_its_own_name(string name) => Assert.Equal(name, QueryStrategies.Create(name).Name);

    private static IReadOnlyList<QueryPick> Select(string name, QueryContext context)
        => QueryStrategies.Create(name).Select(context, CancellationToken.None);
}
