using System.Text.RegularExpressions;

namespace ActiveInas.Cli;

/// <summary>How a setting is given on the command line.</summary>
/// <param name="Key">Of the setting.</param>
/// <param name="Option">For example --data-dir.</param>
/// <param name="ValueName">What help shows for the value; null for a switch.</param>
/// <param name="Help">One line.</param>
internal sealed record SettingOption(string Key, string Option, string? ValueName, string Help);

/// <summary>The only list of the options of settings. The library names settings by their keys, between backticks; here they become options.</summary>
internal static partial class SettingTable
{
    private const string RecipePrefix = "recipe.";

    // Named in messages, given by options of single commands.
    private static readonly Dictionary<string, string> s_others = new()
    {
        ["recipe"] = "--recipe",
        ["allowOtherKernels"] = "--allow-other-kernels",
        ["mlflow"] = "--mlflow",
        ["mlflowExperiment"] = "--name",
        ["trialArchitecture"] = "--architecture",
        ["importSize"] = "--image-size",
        ["importClasses"] = "--classes",
        ["importMean"] = "--mean",
        ["importStd"] = "--std",
    };

    /// <summary>In the order of help, a row for each setting of a run.</summary>
    public static IReadOnlyList<SettingOption> All { get; } =
    [
        new("data", "--data", "SOURCE", "cifar10, cifar100, svhn, mnist, fashion-mnist, shapes, or the path of a class-folder tree or archive"),
        new("dataDirectory", "--data-dir", "DIR", "where named data sets are cached"),
        new("imageSize", "--image-size", "PIXELS", "side that images are resized to"),
        new("dataSeed", "--data-seed", "N", "seed of generated data and of the test split of a folder"),
        new("useAllTraining", "--use-all-training", null, "svhn: all training images instead of the first 50,000"),
        new("include", "--include", "GLOB,...", "of a folder or archive only what matches: '*.jpg' anywhere, 'set/**' a folder"),
        new("exclude", "--exclude", "GLOB,...", "of a folder or archive nothing that matches: 'masks/**', '*_mask.png'"),
        new("validationPart", "--validation-part", "pool|test", "join a folder val to the training part, or make it the test part (default: skip it)"),
        new("labelsTable", "--labels-table", "FILE", "a table of images and classes in place of class folders (a column split makes the parts)"),
        new("unlabelled", "--unlabelled", null, "every image of a folder or archive belongs to the pool, whatever folders it lies in"),
        new("classes", "--classes", "A,B,...", "class names for a pool of unlabelled images"),
        new("allowMissingClasses", "--allow-missing-classes", null, "go on without the classes of which no image can be read"),
        new("simulate", "--simulate", "imbalance=R,duplicates=S,noise=S", "make the pool harder for experiments: class sizes falling to 1/R, copies, wrong labels"),
        new("query", "--query", "NAME", "a query strategy, see 'ainas strategies': for example softmax-response, badge, power:bald"),
        new("architecture", "--architecture", "search|A(i,j)", "search for the architecture each round, or keep one"),
        new("space", "--space", "I,J", "largest blocks and stacks of the search space"),
        new("start", "--start", "A(i,j)", "architecture that the search starts from"),
        new("searchSteps", "--search-steps", "T", "most steps of a search through the space"),
        new("validationShare", "--validation-share", "SHARE", "share of the labels that the search validates on"),
        new("mcPasses", "--mc-passes", "N", "stochastic passes of mc-dropout"),
        new("initial", "--initial", "K", "labels of the first round"),
        new("initialQuery", "--initial-query", "NAME", "how the first are chosen: random, or spread over colours and edges by typiclust or coreset"),
        new("batch", "--batch", "N or N:UNTIL,N2", "labels of each later round (N while fewer than UNTIL are labelled, then N2)"),
        new("budget", "--budget", "N", "labels in all"),
        new("stopAccuracy", "--stop-accuracy", "SHARE", "end when the search's validation accuracy reaches it"),
        new("stopPlateau", "--stop-plateau", "GAIN[:ROUNDS]", "end when the validation accuracy gained no more in so many rounds (3)"),
        new("stopKappa", "--stop-kappa", "KAPPA[:ROUNDS]", "end when successive models agree on the pool, on average of so many rounds (3)"),
        new("stopHours", "--stop-hours", "HOURS", "end after so much time, over all sessions of the run"),
        new("initialWeights", "--init", "MODEL", "a model file whose weights every training begins from, where they fit"),
        new("mirror", "--mirror", "on|off", "mirror training images at random (default: sets that are known to bear it)"),
        new("seed", "--seed", "N", "seed of the run"),
        new("threads", "--threads", "N", "threads, 0 for one a core; results do not depend on it"),
        new("kernels", "--kernels", "NAME|auto", "kernels of the engine, a row of 'ainas info' (default: auto, the fastest here by measurement)"),
        new("out", "--out", "DIR", "the run's folder (default: runs/DATE-ID)"),
        new("oracle", "--oracle", "dataset|file", "where labels come from"),
        new("labels", "--labels", "FILE", "labels for --oracle file: CSV of id or path, class"),
        new("labelled", "--labelled", "FILE", "labels to start from: CSV of id or path, class"),
    ];

    /// <summary>A message of the library with its settings as options: `imageSize=64` as --image-size 64, `recipe.batchSize=8` as --set recipe.batchSize=8.
    /// What stands between backticks otherwise stays as it is.</summary>
    public static string InOptions(string text) => Marked().Replace(text, match =>
    {
        string key = match.Groups["key"].Value;
        string? value = match.Groups["value"] is { Success: true } given ? given.Value : null;
        if (key.StartsWith(RecipePrefix, StringComparison.Ordinal))
        {
            return $"--set {key}{(value is null ? "" : "=" + value)}";
        }

        string? option = All.FirstOrDefault(row => row.Key == key)?.Option ?? s_others.GetValueOrDefault(key);
        return option is null ? match.Value : value is null ? option : $"{option} {Quoted(value)}";
    });

    /// <summary>So that a shell takes it as one word.</summary>
    private static string Quoted(string value) => value.Any(letter => " *?'\"()[]{}$&|;<>\\".Contains(letter, StringComparison.Ordinal)) ? $"'{value}'" : value;

    [GeneratedRegex("`(?<key>[A-Za-z]+(\\.[A-Za-z]+)*)(=(?<value>[^`]*))?`")]
    private static partial Regex Marked();
}
