using System.Globalization;
using System.Text.Json.Nodes;
using ActiveInas.Kernels;

namespace ActiveInas.Runs.Configuration;

/// <summary>One setting of a run: one key of CONFIG.json, one AINAS__Key variable, one option.</summary>
/// <param name="Key">camelCase.</param>
/// <param name="Option">For example --data-dir.</param>
/// <param name="ValueName">What help shows for the value; null for a switch.</param>
/// <param name="Help">One line.</param>
/// <param name="Get">Its value as JSON.</param>
/// <param name="Set">The configuration with another value; throws <see cref="FormatException"/> saying what is wanted.</param>
public sealed record Setting(
    string Key,
    string Option,
    string? ValueName,
    string Help,
    Func<RunConfiguration, JsonNode?> Get,
    Func<RunConfiguration, JsonNode?, RunConfiguration> Set);

/// <summary>The only list of settings: files, environment, options and help are made from it.</summary>
public static class Settings
{
    /// <summary>All but the recipe, which is a file of its own kind (<see cref="RecipeLayer"/>).</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("data", "--data", "SOURCE", "cifar10, cifar100, svhn, mnist, fashion-mnist, shapes, or the path of a class-folder tree or archive",
            c => c.Data, (c, v) => c with { Data = Text(v) }),
        new("dataDirectory", "--data-dir", "DIR", "where named data sets are cached",
            c => c.DataDirectory, (c, v) => c with { DataDirectory = TextOrNull(v) }),
        new("imageSize", "--image-size", "PIXELS", "side that images are resized to",
            c => c.ImageSize, (c, v) => c with { ImageSize = IsNull(v) ? null : Whole(v) }),
        new("dataSeed", "--data-seed", "N", "seed of generated data and of the test split of a folder",
            c => c.DataSeed, (c, v) => c with { DataSeed = Seed(v) }),
        new("useAllTraining", "--use-all-training", null, "svhn: all training images instead of the first 50,000",
            c => c.UseAllTraining, (c, v) => c with { UseAllTraining = Switch(v) }),
        new("include", "--include", "GLOB,...", "of a folder or archive only what matches: '*.jpg' anywhere, 'set/**' a folder",
            c => c.Include, (c, v) => c with { Include = TextOrNull(v) }),
        new("exclude", "--exclude", "GLOB,...", "of a folder or archive nothing that matches: 'masks/**', '*_mask.png'",
            c => c.Exclude, (c, v) => c with { Exclude = TextOrNull(v) }),
        new("validationPart", "--validation-part", "pool|test", "join a folder val to the training part, or make it the test part (default: skip it)",
            c => c.ValidationPart, (c, v) => c with { ValidationPart = TextOrNull(v) }),
        new("labelsTable", "--labels-table", "FILE", "a table of images and classes in place of class folders (a column split makes the parts)",
            c => c.LabelsTable, (c, v) => c with { LabelsTable = TextOrNull(v) }),
        new("unlabelled", "--unlabelled", null, "every image of a folder or archive belongs to the pool, whatever folders it lies in",
            c => c.Unlabelled ? true : null, (c, v) => c with { Unlabelled = !IsNull(v) && Switch(v) }),
        new("classes", "--classes", "A,B,...", "class names for a pool of unlabelled images",
            c => new JsonArray([.. c.Classes.Select(name => JsonValue.Create(name))]), (c, v) => c with { Classes = Names(v) }),
        new("allowMissingClasses", "--allow-missing-classes", null, "go on without the classes of which no image can be read",
            c => c.AllowMissingClasses ? true : null, (c, v) => c with { AllowMissingClasses = !IsNull(v) && Switch(v) }),
        new("simulate", "--simulate", "imbalance=R,duplicates=S,noise=S", "make the pool harder for experiments: class sizes falling to 1/R, copies, wrong labels",
            c => c.Simulate, (c, v) => c with { Simulate = TextOrNull(v) }),
        new("query", "--query", "NAME", "a query strategy, see 'ainas strategies': for example softmax-response, badge, power:bald",
            c => c.Query, (c, v) => c with { Query = Text(v) }),
        new("architecture", "--architecture", "search|A(i,j)", "search for the architecture each round, or keep one",
            c => c.Architecture, (c, v) => c with { Architecture = Text(v) }),
        new("space", "--space", "I,J", "largest blocks and stacks of the search space",
            c => c.Space, (c, v) => c with { Space = Text(v) }),
        new("start", "--start", "A(i,j)", "architecture that the search starts from",
            c => c.Start, (c, v) => c with { Start = Text(v) }),
        new("searchSteps", "--search-steps", "T", "most steps of a search through the space",
            c => c.SearchSteps, (c, v) => c with { SearchSteps = Whole(v) }),
        new("validationShare", "--validation-share", "SHARE", "share of the labels that the search validates on",
            c => c.ValidationShare, (c, v) => c with { ValidationShare = Number(v) }),
        new("mcPasses", "--mc-passes", "N", "stochastic passes of mc-dropout",
            c => c.McPasses, (c, v) => c with { McPasses = Whole(v) }),
        new("initial", "--initial", "K", "labels of the first round",
            c => c.Initial, (c, v) => c with { Initial = Whole(v) }),
        new("initialQuery", "--initial-query", "NAME", "how the first are chosen: random, or spread over colours and edges by typiclust or coreset",
            c => c.InitialQuery, (c, v) => c with { InitialQuery = Text(v) }),
        new("batch", "--batch", "N or N:UNTIL,N2", "labels of each later round (N while fewer than UNTIL are labelled, then N2)",
            c => c.Batch, (c, v) => c with { Batch = Text(v) }),
        new("budget", "--budget", "N", "labels in all",
            c => c.Budget, (c, v) => c with { Budget = Whole(v) }),
        new("stopAccuracy", "--stop-accuracy", "SHARE", "end when the search's validation accuracy reaches it",
            c => c.StopAccuracy, (c, v) => c with { StopAccuracy = IsNull(v) ? null : Number(v) }),
        new("stopPlateau", "--stop-plateau", "GAIN[:ROUNDS]", "end when the validation accuracy gained no more in so many rounds (3)",
            c => c.StopPlateau, (c, v) => c with { StopPlateau = RuleOrNull(v) }),
        new("stopKappa", "--stop-kappa", "KAPPA[:ROUNDS]", "end when successive models agree on the pool, on average of so many rounds (3)",
            c => c.StopKappa, (c, v) => c with { StopKappa = RuleOrNull(v) }),
        new("stopHours", "--stop-hours", "HOURS", "end after so much time, over all sessions of the run",
            c => c.StopHours, (c, v) => c with { StopHours = IsNull(v) ? null : Number(v) }),
        new("mirror", "--mirror", "on|off", "mirror training images at random (default: sets that are known to bear it)",
            c => c.Mirror, (c, v) => c with { Mirror = TextOrNull(v) }),
        new("seed", "--seed", "N", "seed of the run",
            c => c.Seed, (c, v) => c with { Seed = Seed(v) }),
        new("threads", "--threads", "N", "threads, 0 for one a core; results do not depend on it",
            c => c.Threads, (c, v) => c with { Threads = Whole(v) }),
        new("kernels", "--kernels", "NAME|auto", "kernels of the engine, a row of 'ainas info' (default: auto, the fastest here by measurement)",
            c => c.Kernels, (c, v) => c with { Kernels = KernelsOrNull(v) }),
        new("out", "--out", "DIR", "the run's folder (default: runs/DATE-ID)",
            c => c.Out, (c, v) => c with { Out = TextOrNull(v) }),
        new("oracle", "--oracle", "dataset|file", "where labels come from",
            c => c.Oracle, (c, v) => c with { Oracle = Text(v) }),
        new("labels", "--labels", "FILE", "labels for --oracle file: CSV of id or path, class",
            c => c.Labels, (c, v) => c with { Labels = TextOrNull(v) }),
        new("labelled", "--labelled", "FILE", "labels to start from: CSV of id or path, class",
            c => c.Labelled, (c, v) => c with { Labelled = TextOrNull(v) }),
    ];

    /// <summary>The option of a key, for messages.</summary>
    public static string OptionOf(string key) => All.Single(setting => setting.Key == key).Option;

    private static bool IsNull(JsonNode? node) => node is null;

    private static string Raw(JsonNode? node) => node switch
    {
        null => "null",
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => node.ToJsonString(),
    };

    private static string Text(JsonNode? node)
        => node is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : throw new FormatException("a text");

    private static string? TextOrNull(JsonNode? node) => IsNull(node) || Raw(node).Length == 0 ? null : Text(node);

    // Without a wish, and written so: measured.
    private static string? KernelsOrNull(JsonNode? node)
        => TextOrNull(node) is { } name && !name.Equals(KernelSelection.Auto, StringComparison.OrdinalIgnoreCase) ? name : null;

    // 0.01 or "0.01:3".
    private static string? RuleOrNull(JsonNode? node) => node is JsonObject or JsonArray
        ? throw new FormatException("VALUE or \"VALUE:ROUNDS\"")
        : IsNull(node) || Raw(node).Length == 0 ? null : Raw(node);

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

    private static string[] Names(JsonNode? node) => node is JsonArray array
        ? [.. array.Select(Text)]
        : Raw(node).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
