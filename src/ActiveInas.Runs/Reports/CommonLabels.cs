using ActiveInas.Learning;

namespace ActiveInas.Runs.Reports;

/// <summary>Curves of unequal progress cut to what they share, so that areas under them span the same labels.</summary>
internal static class CommonLabels
{
    /// <summary>Label counts below which a curve has no area.</summary>
    public const int Fewest = 2;

    /// <summary>The number of points from the start on that have the same label counts in all curves; 0 for no curve.</summary>
    public static int Count(IReadOnlyList<IReadOnlyList<CurvePoint>> curves)
        => curves.Count == 0 ? 0 : curves.Min(curve => curves[0].Zip(curve).TakeWhile(pair => pair.First.Labels == pair.Second.Labels).Count());

    /// <summary>The curves of at least <see cref="Fewest"/> points, cut to the label counts that they share; empty where these are fewer.</summary>
    public static IReadOnlyList<IReadOnlyList<CurvePoint>> Cut(IEnumerable<IReadOnlyList<CurvePoint>> curves)
    {
        IReadOnlyList<CurvePoint>[] kept = [.. curves.Where(curve => curve.Count >= Fewest)];
        int count = Count(kept);
        return count < Fewest ? [] : [.. kept.Select(curve => curve.Take(count).ToArray())];
    }
}
