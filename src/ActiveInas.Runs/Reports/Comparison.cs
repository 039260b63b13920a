using ActiveInas.Runs.Reports.Figures;

namespace ActiveInas.Runs.Reports;

/// <summary>A line of a panel.</summary>
/// <param name="Method">Its runs.</param>
/// <param name="Name">In the legend.</param>
/// <param name="Colour">Of the line.</param>
/// <param name="Dash">Of the line.</param>
internal sealed record PanelLine(Method Method, string Name, Colour Colour, Dash Dash);

/// <summary>Methods that one picture compares.</summary>
/// <param name="Key">For ids of figures: letters, digits and '-'.</param>
/// <param name="Name">What they share, "softmax-response"; empty when there is one panel.</param>
/// <param name="Lines">In the order of the runs.</param>
internal sealed record Panel(string Key, string Name, IReadOnlyList<PanelLine> Lines);

/// <summary>Two methods that are alike but for one setting.</summary>
/// <param name="First">One.</param>
/// <param name="Second">The other.</param>
/// <param name="Key">The setting in which they differ.</param>
/// <param name="FirstName">Its value in the first, in the words of the paper.</param>
/// <param name="SecondName">Its value in the second.</param>
/// <param name="Shared">Values of the other settings, "softmax-response"; empty when there are none.</param>
internal sealed record MethodPair(Method First, Method Second, string Key, string FirstName, string SecondName, string Shared);

/// <summary>Sorts runs into methods and panels as the paper does: a panel a data set and query function with a line an architecture
/// (figures 2 to 4); where one architecture is used, a line a query function (figure 5).</summary>
internal sealed class Comparison
{
    private static readonly string[] s_lineKeys = ["architecture", "query"];
    private readonly ReportInput _input;

    /// <param name="input">The runs.</param>
    public Comparison(ReportInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _input = input;
        Methods = [.. input.Runs.GroupBy(run => string.Join('\n', run.Settings)).Select(group => new Method(
            [.. group.First().Settings], [.. group.OrderBy(run => run.Seed).DistinctBy(run => run.Seed)]))];
        LineKey = s_lineKeys.FirstOrDefault(input.Varying.Contains) ?? (input.Varying.Count > 0 ? input.Varying[0] : null);
        Panels = [.. CreatePanels()];
    }

    /// <summary>In the order of the runs.</summary>
    public IReadOnlyList<Method> Methods { get; }

    /// <summary>The setting in which the lines of a panel differ; null for a single method.</summary>
    public string? LineKey { get; }

    /// <summary>In the order of the runs.</summary>
    public IReadOnlyList<Panel> Panels { get; }

    /// <summary>The method that is like another but draws at random, or null.</summary>
    public Method? PassiveFor(Method method)
    {
        ArgumentNullException.ThrowIfNull(method);
        int query = Index("query");
        return query < 0 || method.IsPassive
            ? null
            : Methods.FirstOrDefault(other => other.IsPassive && other.Settings.Where((_, i) => i != query).SequenceEqual(method.Settings.Where((_, i) => i != query)));
    }

    /// <summary>All pairs of methods that differ in exactly one setting: the lines of each panel first, then those of other settings.</summary>
    public IReadOnlyList<MethodPair> Pairs()
        => [.. Methods.SelectMany((method, i) => Methods.Skip(i + 1).Select(other => Pair(method, other))).OfType<MethodPair>()
            .GroupBy(pair => (pair.Key, pair.Shared)).OrderBy(group => group.Key.Key == LineKey ? 0 : 1).SelectMany(group => group)];

    /// <summary>A method in the words of the paper: "softmax-response, active-iNAS".</summary>
    public string NameOf(Method method)
    {
        ArgumentNullException.ThrowIfNull(method);
        return method.Settings.Count == 0
            ? MethodNames.Of("architecture", method.Configuration.ArchitectureName)
            : NameWithout(method, -1);
    }

    /// <summary>The name of a method without one of its settings.</summary>
    private string NameWithout(Method method, int setting)
        => string.Join(", ", Enumerable.Range(0, method.Settings.Count).Where(i => i != setting).Select(i => SettingName(method, i)));

    private string SettingName(Method method, int setting) => MethodNames.Of(_input.Varying[setting], method.Settings[setting]);

    private MethodPair? Pair(Method first, Method second)
    {
        int[] differing = [.. Enumerable.Range(0, first.Settings.Count).Where(i => first.Settings[i] != second.Settings[i])];
        if (differing.Length != 1)
        {
            return null;
        }

        int key = differing[0];
        return new MethodPair(first, second, _input.Varying[key], SettingName(first, key), SettingName(second, key), NameWithout(first, key));
    }

    private int Index(string key) => _input.Varying.ToList().IndexOf(key);

    private IEnumerable<Panel> CreatePanels()
    {
        if (LineKey is null)
        {
            yield return new Panel("all", "", [.. Methods.Select(method => Line(method, "architecture", method.Configuration.ArchitectureName, 0))]);
            yield break;
        }

        int line = Index(LineKey);
        foreach (IGrouping<string, Method> group in Methods.GroupBy(method => NameWithout(method, line)))
        {
            Method[] methods = [.. group];
            yield return new Panel(Slug(group.Key), group.Key, [.. methods.Select((method, i) => Line(method, LineKey, method.Settings[line], i))]);
        }
    }

    private static PanelLine Line(Method method, string key, string value, int index)
    {
        (Colour colour, Dash dash) = MethodNames.Style(key, value, index);
        return new PanelLine(method, MethodNames.Of(key, value), colour, dash);
    }

    private static string Slug(string name)
    {
        string slug = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '-')).Trim('-');
        return slug.Length == 0 ? "all" : slug;
    }
}
