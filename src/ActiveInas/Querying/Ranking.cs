using System.Numerics;
using ActiveInas.Compute;
using ActiveInas.Data;

namespace ActiveInas.Querying;

/// <summary>Orders scored samples. Equal scores are ordered by a hash of the sample id seeded with the query's seed, then by the id, so
/// that ties neither favour the order of the files nor depend on the order of the pool.</summary>
internal static class Ranking
{
    /// <summary>The order among equal scores: the smallest goes first.</summary>
    public static ulong TieBreak(ulong seed, SampleId id)
        => SplitMix.Mix(SplitMix.Mix(seed + 0x9E3779B97F4A7C15ul) ^ (0xD1B54A32D192ED03ul * ((ulong)(uint)id.Value + 1ul)));

    /// <summary>The context.Count samples with the smallest (or largest) scores, ranked.</summary>
    /// <param name="strategy">Name, for the error.</param>
    /// <param name="context">The query; rows follow its pool.</param>
    /// <param name="scores">[pool].</param>
    /// <param name="largestFirst">Whether a large score is asked first.</param>
    /// <exception cref="QueryException">A score is not finite.</exception>
    public static QueryPick[] Take(string strategy, QueryContext context, double[] scores, bool largestFirst)
    {
        (double Score, ulong Tie, SampleId Id, int Row)[] order = new (double, ulong, SampleId, int)[scores.Length];
        for (int row = 0; row < scores.Length; row++)
        {
            SampleId id = context.Pool[row];
            RequireFinite(strategy, "score", id, scores[row]);
            order[row] = (largestFirst ? -scores[row] : scores[row], TieBreak(context.Seed, id), id, row);
        }

        Array.Sort(order);
        QueryPick[] picks = new QueryPick[context.Count];
        for (int i = 0; i < picks.Length; i++)
        {
            picks[i] = new QueryPick(order[i].Id, scores[order[i].Row], i + 1);
        }

        return picks;
    }

    /// <summary>Refuses a value that is NaN or infinite: a query made of it would be noise.</summary>
    public static void RequireFinite(string strategy, string what, SampleId id, double value)
    {
        if (!double.IsFinite(value))
        {
            throw new QueryException(
                $"{strategy}: the {what} of sample {id} is {value}, which is not finite. "
                + "The network has probably diverged: lower the recipe's learning rate, or look at the image.");
        }
    }

    /// <summary>Refuses a table that holds a value which is NaN or infinite; the first one is named.</summary>
    /// <param name="strategy">Name, for the error.</param>
    /// <param name="what">A value is called, for the error.</param>
    /// <param name="values">[rows, length].</param>
    /// <param name="length">Values of a row.</param>
    /// <param name="id">Sample of a row.</param>
    /// <exception cref="QueryException">A value is not finite.</exception>
    public static void RequireFinite(string strategy, string what, ReadOnlySpan<float> values, int length, Func<int, SampleId> id)
    {
        if (FirstNotFinite(values) is >= 0 and int bad)
        {
            RequireFinite(strategy, what, id(bad / length), values[bad]);
        }
    }

    // x - x is 0 where x is finite, and NaN elsewhere: whole vectors are passed over until one holds such a value.
    private static int FirstNotFinite(ReadOnlySpan<float> values)
    {
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> some = new(values[i..]);
            if (!Vector.EqualsAll(some - some, Vector<float>.Zero))
            {
                break;
            }
        }

        for (; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>What a strategy declared that it needs.</summary>
    public static T Needed<T>(string strategy, T? value, string name)
        where T : class
        => value ?? throw new ArgumentException($"{strategy} needs {name} in its context; {nameof(IQueryStrategy.Needs)} asks for it.");
}
