using System.Globalization;
using ActiveInas.Architectures;
using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Reports.Figures;
using ActiveInas.Runs.Statistics;
using ActiveInas.Training;

namespace ActiveInas.Runs.Reports;

/// <summary>One point of the curve of a method.</summary>
/// <param name="Labels">|S_t|.</param>
/// <param name="Values">By seed, ascending.</param>
internal sealed record MethodPoint(int Labels, IReadOnlyDictionary<ulong, double> Values)
{
    /// <summary>Mean and standard error over the seeds.</summary>
    public Sample Summary { get; } = Sample.Of([.. Values.Values]);
}

/// <summary>The runs of one method: alike but for the seed.</summary>
/// <param name="Settings">What distinguishes it.</param>
/// <param name="Runs">By seed, ascending; one a seed.</param>
internal sealed record Method(IReadOnlyList<string> Settings, IReadOnlyList<ReportRun> Runs)
{
    /// <summary>Of its first run.</summary>
    public RunConfiguration Configuration => Runs[0].Run.Configuration;

    /// <summary>Whether an architecture is searched for.</summary>
    public bool Searches => Configuration.Architecture is null;

    /// <summary>Whether points are drawn at random.</summary>
    public bool IsPassive => Configuration.Query == "random";

    /// <summary>A value of each finished round over the labels, for all seeds that got so far.</summary>
    public IReadOnlyList<MethodPoint> Curve(Func<RoundRecord, double?> value)
        => [.. Runs.SelectMany(run => run.Run.Rounds.Select(round => (round.Labels, run.Seed, Value: value(round))))
            .Where(point => point.Value is { } number && double.IsFinite(number))
            .GroupBy(point => point.Labels).OrderBy(group => group.Key)
            .Select(group => new MethodPoint(group.Key, group.ToDictionary(point => point.Seed, point => point.Value!.Value)))];

    /// <summary>Test errors of one seed.</summary>
    public IReadOnlyList<CurvePoint> ErrorCurve(ulong seed, ErrorMeasure measure = ErrorMeasure.ZeroOne)
        => LearningCurve.Points(Runs.First(run => run.Seed == seed).Run.Rounds, measure);
}

/// <summary>How the paper calls things, and how it draws them.</summary>
internal static class MethodNames
{
    private static readonly Architecture s_resnet18 = new(2, 4);
    private static readonly Architecture s_small = new(1, 2);

    // Figures 2 to 5 of the slides: black solid, blue dashed, red dashed; then what keeps further methods apart.
    private static readonly (Colour Colour, Dash Dash)[] s_others =
    [
        (Colour.Green, Dash.Solid), (Colour.Orange, Dash.Dashed), (Colour.Purple, Dash.Dotted), (Colour.Teal, Dash.Solid), (Colour.Pink, Dash.Dashed),
        (Colour.Brown, Dash.Dotted), (Colour.Blue, Dash.Solid), (Colour.Red, Dash.Solid),
    ];

    /// <summary>"active-iNAS" for a search, "Resnet-18" for A(2,4), "batch 50" for a number; other values as they are.</summary>
    public static string Of(string key, string value)
    {
        if (key == "architecture")
        {
            return value == RunConfiguration.SearchArchitecture ? "active-iNAS"
                : Architecture.TryParse(value, out Architecture architecture) && architecture == s_resnet18 ? "Resnet-18" : value;
        }

        bool saysNothing = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _) || bool.TryParse(value, out _);
        return saysNothing ? $"{key} {value}" : value;
    }

    /// <summary>The stroke of a line that stands for a value of a key.</summary>
    /// <param name="key">For example architecture.</param>
    /// <param name="value">As in the configuration.</param>
    /// <param name="index">Of the line, for values that the paper does not draw.</param>
    public static (Colour Colour, Dash Dash) Style(string key, string value, int index)
    {
        if (key == "architecture")
        {
            if (value == RunConfiguration.SearchArchitecture)
            {
                return (Colour.Ink, Dash.Solid);
            }

            if (Architecture.TryParse(value, out Architecture architecture) && (architecture == s_resnet18 || architecture == s_small))
            {
                return (architecture == s_small ? Colour.Red : Colour.Blue, Dash.Dashed);
            }
        }

        return (key, value) switch
        {
            ("query", "softmax-response") => (Colour.Ink, Dash.Solid),
            ("query", "mc-dropout") => (Colour.Red, Dash.Dashed),
            ("query", "coreset") => (Colour.Blue, Dash.Dashed),
            ("query", "random") => (Colour.Grey, Dash.Dotted),
            _ => s_others[index % s_others.Length],
        };
    }
}
