using System.Globalization;
using System.Text.Json.Nodes;
using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Kernels;
using ActiveInas.Learning;

namespace ActiveInas.Runs.Configuration;

/// <summary>One setting of a run: one key of CONFIG.json, one AINAS__Key variable.</summary>
/// <param name="Key">camelCase.</param>
/// <param name="Get">Its value as JSON.</param>
/// <param name="Set">The configuration with another value; throws <see cref="FormatException"/> saying what is wanted, or <see cref="ConfigurationException"/>
/// saying what is wrong.</param>
public sealed record Setting(string Key, Func<RunConfiguration, JsonNode?> Get, Func<RunConfiguration, JsonNode?, RunConfiguration> Set);

/// <summary>The only list of settings: files and environment are read by it. This is where text becomes a typed value, and nowhere else.</summary>
public static class Settings
{
    /// <summary>All but the recipe, which is a file of its own kind (<see cref="RecipeLayer"/>).</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("data", c => c.Data, (c, v) => c with { Data = Text(v) }),
        new("dataDirectory", c => c.DataDirectory, (c, v) => c with { DataDirectory = TextOrNull(v) }),
        new("imageSize", c => c.ImageSize, (c, v) => c with { ImageSize = IsNull(v) ? null : Whole(v) }),
        new("dataSeed", c => c.DataSeed, (c, v) => c with { DataSeed = Seed(v) }),
        new("useAllTraining", c => c.UseAllTraining, (c, v) => c with { UseAllTraining = Switch(v) }),
        new("include", c => c.Include, (c, v) => c with { Include = TextOrNull(v) }),
        new("exclude", c => c.Exclude, (c, v) => c with { Exclude = TextOrNull(v) }),
        new("validationPart", c => Name(c.ValidationPart), (c, v) => c with { ValidationPart = IsEmpty(v) ? null : Choice<ValidationUse>(v) }),
        new("labelsTable", c => c.LabelsTable, (c, v) => c with { LabelsTable = TextOrNull(v) }),
        new("unlabelled", c => c.Unlabelled ? true : null, (c, v) => c with { Unlabelled = !IsNull(v) && Switch(v) }),
        new("classes", c => new JsonArray([.. c.Classes.Select(name => JsonValue.Create(name))]), (c, v) => c with { Classes = Names(v) }),
        new("allowMissingClasses", c => c.AllowMissingClasses ? true : null, (c, v) => c with { AllowMissingClasses = !IsNull(v) && Switch(v) }),
        new("simulate", c => c.Simulate?.ToString(), (c, v) => c with { Simulate = IsEmpty(v) ? null : Simulation.Parse(Text(v)) }),
        new("query", c => c.Query, (c, v) => c with { Query = Text(v) }),
        new("architecture", c => c.ArchitectureName, (c, v) => c with { Architecture = FixedOrSearch(Text(v)) }),
        new("space", c => c.Space.ToString(), (c, v) => c with { Space = SearchSpace.Parse(Text(v)) }),
        new("start", c => c.Start.ToString(), (c, v) => c with { Start = Architecture.Parse(Text(v)) }),
        new("searchSteps", c => c.SearchSteps, (c, v) => c with { SearchSteps = Whole(v) }),
        new("validationShare", c => c.ValidationShare, (c, v) => c with { ValidationShare = Number(v) }),
        new("mcPasses", c => c.McPasses, (c, v) => c with { McPasses = Whole(v) }),
        new("initial", c => c.Initial, (c, v) => c with { Initial = Whole(v) }),
        new("initialQuery", c => c.InitialQuery, (c, v) => c with { InitialQuery = Text(v) }),
        new("batch", c => c.Batch.ToString(), (c, v) => c with { Batch = QuerySchedule.Parse(TextOrNumber(v, "N or \"N:UNTIL,N2\"")) }),
        new("budget", c => c.Budget, (c, v) => c with { Budget = Whole(v) }),
        new("stopAccuracy", c => c.StopAccuracy, (c, v) => c with { StopAccuracy = IsNull(v) ? null : Number(v) }),
        new("stopPlateau", c => c.StopPlateau?.ToString(), (c, v) => c with { StopPlateau = RuleOrNull(v) }),
        new("stopKappa", c => c.StopKappa?.ToString(), (c, v) => c with { StopKappa = RuleOrNull(v) }),
        new("stopHours", c => c.StopHours, (c, v) => c with { StopHours = IsNull(v) ? null : Number(v) }),
        new("initialWeights", c => c.InitialWeights, (c, v) => c with { InitialWeights = TextOrNull(v) }),
        new("mirror", c => c.Mirror is { } mirrored ? mirrored ? "on" : "off" : null, (c, v) => c with { Mirror = IsEmpty(v) ? null : OnOrOff(v) }),
        new("seed", c => c.Seed, (c, v) => c with { Seed = Seed(v) }),
        new("threads", c => c.Threads, (c, v) => c with { Threads = Whole(v) }),
        new("kernels", c => c.Kernels, (c, v) => c with { Kernels = KernelsOrNull(v) }),
        new("out", c => c.Out, (c, v) => c with { Out = TextOrNull(v) }),
        new("oracle", c => Name<OracleKind>(c.Oracle), (c, v) => c with { Oracle = Choice<OracleKind>(v) }),
        new("labels", c => c.Labels, (c, v) => c with { Labels = TextOrNull(v) }),
        new("labelled", c => c.Labelled, (c, v) => c with { Labelled = TextOrNull(v) }),
    ];

    private static bool IsNull(JsonNode? node) => node is null;

    private static bool IsEmpty(JsonNode? node) => IsNull(node) || Raw(node).Length == 0;

    private static string Raw(JsonNode? node) => node switch
    {
        null => "null",
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => node.ToJsonString(),
    };

    private static string Text(JsonNode? node)
        => node is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : throw new FormatException("a text");

    private static string? TextOrNull(JsonNode? node) => IsEmpty(node) ? null : Text(node);

    private static string TextOrNumber(JsonNode? node, string wanted) => node is JsonValue ? Raw(node) : throw new FormatException(wanted);

    // Without a wish, and written so: measured.
    private static string? KernelsOrNull(JsonNode? node)
        => TextOrNull(node) is { } name && !name.Equals(KernelSelection.Auto, StringComparison.OrdinalIgnoreCase) ? name : null;

    private static Architecture? FixedOrSearch(string text)
        => text == RunConfiguration.SearchArchitecture ? null
            : Architecture.TryParse(text, out Architecture architecture) ? architecture
            : throw new ConfigurationException($"'{text}' is neither '{RunConfiguration.SearchArchitecture}' nor A(i,j), for example A(2,4).");

    // 0.01 or "0.01:3".
    private static RoundRule? RuleOrNull(JsonNode? node) => IsEmpty(node) ? null
        : RoundRule.TryParse(TextOrNumber(node, RoundRule.Wanted), out RoundRule rule) ? rule
        : throw new FormatException(RoundRule.Wanted);

    private static int Whole(JsonNode? node)
        => int.TryParse(Raw(node), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new FormatException("a whole number");

    private static ulong Seed(JsonNode? node)
        => ulong.TryParse(Raw(node), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw new FormatException("a whole number from 0 to 18446744073709551615");

    private static double Number(JsonNode? node)
        => double.TryParse(Raw(node), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new FormatException("a number");

    private static bool Switch(JsonNode? node)
        => bool.TryParse(Raw(node), out bool value) ? value : throw new FormatException("true or false");

    private static bool OnOrOff(JsonNode? node) => Raw(node) switch { "on" => true, "off" => false, _ => throw new FormatException("on or off") };

    private static T Choice<T>(JsonNode? node)
        where T : struct, Enum
        => Enum.GetValues<T>().Where(value => Name<T>(value) == Raw(node)) is var found && found.Any()
            ? found.First()
            : throw new FormatException(string.Join(" or ", Enum.GetValues<T>().Select(value => Name<T>(value))));

    private static string? Name<T>(T? value)
        where T : struct, Enum
        => value?.ToString().ToLowerInvariant();

    private static string[] Names(JsonNode? node) => node is JsonArray array
        ? [.. array.Select(Text)]
        : Raw(node).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
