using ActiveInas.Compute.Geometry;
using ActiveInas.Data;

namespace ActiveInas.Querying;

/// <summary>Class-balanced: lets another strategy choose within each predicted class, so many that the labels of all classes become equal.</summary>
/// <remarks>
/// <para>Equation: U_c = the points of U for which the network predicts class c; b times: give a slot to the class with the fewest labels
/// and slots whose U_c is larger than its slots; S' = the union of Q(S, U_c, slots of c). The picks are ranked in the order of the slots.
/// The score reported is that of Q.</para>
/// <para>Example: <c>QueryStrategies.Create("class-balanced:coreset").Select(context, CancellationToken.None)</c>.</para>
/// <para>Needs probabilities beside what Q needs. Cost that of Q on the parts, O(pool classes) and O(b classes) more; memory that of Q and
/// a copy of one part's rows. Reference: balancing by predicted classes as in Bengar et al., arXiv 2110.04543. Deviations: theirs
/// optimises expected counts over probabilities, this one counts predictions, so that any Q can choose. Ties between classes: a seeded
/// hash of the class.</para>
/// </remarks>
/// <param name="inner">Q.</param>
internal sealed class ClassBalancedQuery(IQueryStrategy inner) : IQueryStrategy
{
    /// <summary>Name on the command line, before the colon.</summary>
    public const string WrapperName = "class-balanced";

    /// <inheritdoc/>
    public string Name => $"{WrapperName}:{inner.Name}";

    /// <inheritdoc/>
    public QueryNeeds Needs => QueryNeeds.Probabilities | inner.Needs;

    /// <inheritdoc/>
    public IReadOnlyList<QueryPick> Select(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        int[] predictions = ProbabilityRows.Predictions(Name, context);
        ILookup<int, int> rows = Enumerable.Range(0, predictions.Length).ToLookup(row => predictions[row]);
        int[] slots = Slots(context, rows);
        Queue<QueryPick>[] picks = new Queue<QueryPick>[context.Classes];
        for (int c = 0; c < picks.Length; c++)
        {
            int count = slots.Count(slot => slot == c);
            picks[c] = count == 0 ? new Queue<QueryPick>() : new Queue<QueryPick>(inner.Select(Part(context, [.. rows[c]], count), cancellation));
        }

        return [.. slots.Select((c, index) => picks[c].Dequeue() with { Rank = index + 1 })];
    }

    /// <summary>The class of each slot, in order.</summary>
    private static int[] Slots(QueryContext context, ILookup<int, int> rows)
    {
        int[] labels = new int[context.Classes];
        foreach (LabelledSample sample in context.Labelled)
        {
            labels[sample.Label]++;
        }

        int[] open = [.. Enumerable.Range(0, context.Classes).Select(c => rows[c].Count())];
        int[] slots = new int[context.Count];
        for (int i = 0; i < slots.Length; i++)
        {
            int chosen = Enumerable.Range(0, context.Classes)
                .Where(c => open[c] > 0)
                .MinBy(c => (labels[c], Ranking.TieBreak(context.Seed, new SampleId(c)), c));
            slots[i] = chosen;
            labels[chosen]++;
            open[chosen]--;
        }

        return slots;
    }

    private static QueryContext Part(QueryContext context, int[] rows, int count) => context with
    {
        Pool = [.. rows.Select(row => context.Pool[row])],
        Count = count,
        Probabilities = Part(context.Probabilities, rows, context.Classes),
        PoolEmbeddings = Part(context.PoolEmbeddings, rows, context.EmbeddingLength),
    };

    private static float[]? Part(FloatTable? values, int[] rows, int length)
    {
        if (values is null)
        {
            return null;
        }

        float[] part = new float[rows.Length * length];
        for (int i = 0; i < rows.Length; i++)
        {
            values.AsSpan(rows[i] * length, length).CopyTo(part.AsSpan(i * length, length));
        }

        return part;
    }
}
