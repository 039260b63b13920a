using ActiveInas.Data;
using ActiveInas.Querying;

namespace ActiveInas.Learning;

/// <summary>Chooses the k initial points, for which there is no model yet.</summary>
public interface IInitialQuery
{
    /// <summary>Name recorded with query 0.</summary>
    string Name { get; }

    /// <summary>k different samples of the pool, ranked: a function of the arguments and the images only.</summary>
    /// <param name="seed">Of the run.</param>
    /// <param name="pool">What may be asked for, ascending.</param>
    /// <param name="count">k, 1..pool.Count.</param>
    /// <param name="cancellation">Stops it.</param>
    IReadOnlyList<QueryPick> Draw(ulong seed, IReadOnlyList<SampleId> pool, int count, CancellationToken cancellation);
}

/// <summary>The ways to choose the initial points.</summary>
public static class InitialQueries
{
    /// <summary>Drawn at random, as in the paper.</summary>
    public const string Random = "random";

    /// <summary>Names on the command line.</summary>
    public static IReadOnlyList<string> Names { get; } = [Random, TypiClustQuery.StrategyName, CoresetQuery.StrategyName];

    /// <summary>Makes one.</summary>
    /// <param name="name">Of <see cref="Names"/>.</param>
    /// <param name="images">The training part.</param>
    /// <param name="threads">0: one a core. The points do not depend on it.</param>
    /// <exception cref="ConfigurationException">There is no such way.</exception>
    public static IInitialQuery Create(string name, ImageSet images, int threads) => Require(name) switch
    {
        TypiClustQuery.StrategyName => new SpreadStart(new TypiClustQuery(), firstAtRandom: false, images, threads),
        CoresetQuery.StrategyName => new SpreadStart(new CoresetQuery(), firstAtRandom: true, images, threads),
        _ => new RandomStart(),
    };

    /// <summary>Refuses a name that is none.</summary>
    /// <exception cref="ConfigurationException">There is no such way.</exception>
    public static string Require(string name)
        => Names.Contains(name)
            ? name
            : throw new ConfigurationException($"`initialQuery` '{name}' is unknown: it must be one of {string.Join(", ", Names)}.");
}

/// <summary>k points drawn at random.</summary>
internal sealed class RandomStart : IInitialQuery
{
    /// <inheritdoc/>
    public string Name => RoundKeys.Initial;

    /// <inheritdoc/>
    public IReadOnlyList<QueryPick> Draw(ulong seed, IReadOnlyList<SampleId> pool, int count, CancellationToken cancellation)
        => ActiveLearner.DrawInitial(seed, pool, count);
}

/// <summary>k points that a query strategy spreads over the features of the images (<see cref="ImageFeatures"/>), without any label.</summary>
/// <param name="strategy">Needs embeddings only.</param>
/// <param name="firstAtRandom">Whether the first point is drawn at random, for a strategy that needs a point to start from.</param>
/// <param name="images">The training part.</param>
/// <param name="threads">0: one a core.</param>
internal sealed class SpreadStart(IQueryStrategy strategy, bool firstAtRandom, ImageSet images, int threads) : IInitialQuery
{
    /// <inheritdoc/>
    public string Name => $"{RoundKeys.Initial}/{strategy.Name}";

    /// <inheritdoc/>
    public IReadOnlyList<QueryPick> Draw(ulong seed, IReadOnlyList<SampleId> pool, int count, CancellationToken cancellation)
    {
        float[] features = ImageFeatures.Of(images, cancellation);
        QueryPick[] first = firstAtRandom ? [.. ActiveLearner.DrawInitial(seed, pool, 1)] : [];
        SampleId[] rest = [.. pool.Except(first.Select(pick => pick.Id))];
        QueryContext context = new()
        {
            Pool = rest,
            Labelled = [.. first.Select(pick => new LabelledSample(pick.Id, 0))],
            Count = count - first.Length,
            Classes = 1,
            Seed = SeedTree.Derive(seed, RoundKeys.Initial),
            Threads = threads,
            EmbeddingLength = ImageFeatures.Length,
            PoolEmbeddings = Rows(features, rest),
            LabelledEmbeddings = Rows(features, first.Select(pick => pick.Id)),
        };
        return [.. first, .. strategy.Select(context, cancellation).Select(pick => pick with { Rank = pick.Rank + first.Length })];
    }

    private static float[] Rows(float[] features, IEnumerable<SampleId> ids)
        => [.. ids.SelectMany(id => features.AsSpan(id.Value * ImageFeatures.Length, ImageFeatures.Length).ToArray())];
}
