using System.CommandLine;
using ActiveInas.Data;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Labelling;
using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Cli.Commands;

/// <summary>What a new labelling project is asked for.</summary>
internal sealed class LabelOptions
{
    private readonly Argument<string> _folder = new("FOLDER|PROJECT") { Description = "a folder of images, or the folder of a project that was begun" };
    private readonly SettingOptions _settings = new("classes", "query", "initial", "batch", "budget", "imageSize", "include", "exclude", "mirror", "space", "seed", "threads", "kernels", "out");
    private readonly Option<string?> _classFile = new("--classes-file") { Description = "names of the classes, one a line", HelpName = "FILE" };
    private readonly Option<string?> _labels = new("--import") { Description = "labels that exist already: a file or folder, as docs/labels.md has them", HelpName = "FILE" };
    private readonly Option<double> _audit = new("--audit") { Description = "share of the images shown that are drawn at random for the estimate of the accuracy, at least 50, also later", HelpName = "SHARE", DefaultValueFactory = _ => 0.1 };
    private readonly Option<bool> _ignoreFolders = new("--ignore-folders") { Description = "images in folders that are called like classes are not labelled by that" };
    private readonly Option<string?> _recipe = new("--recipe") { Description = "standard (default), quick, paper, or a recipe file", HelpName = "NAME|FILE" };
    private readonly Option<string[]> _set = new("--set") { Description = "change one key, for example recipe.training.epochs=10; may be repeated", HelpName = "KEY=VALUE", AllowMultipleArgumentsPerToken = false };

    // What these mean for a project, where it is not what they mean for a run.
    private static readonly Dictionary<string, string> s_meanings = new()
    {
        ["--classes"] = "names of the classes (default: of the folders in which images lie)",
        ["--initial"] = "images of the first batch (default: 50, or 5 a class)",
        ["--batch"] = "images of each later batch (default: 30, or 3 a class)",
        ["--budget"] = "labels to learn at most, also later (default: 2000)",
        ["--out"] = "the project's folder (default: FOLDER-labels here)",
    };

    public void AddTo(Command command)
    {
        command.Add(_folder);
        foreach (Option option in _settings.All)
        {
            option.Description = s_meanings.GetValueOrDefault(option.Name, option.Description!);
        }

        _settings.AddTo(command);
        foreach (Option option in (Option[])[_classFile, _labels, _audit, _ignoreFolders, _recipe, _set])
        {
            command.Add(option);
        }
    }

    /// <summary>The folder of the images, or of a project.</summary>
    public string Folder(ParseResult parsed) => Path.TrimEndingDirectorySeparator(parsed.GetRequiredValue(_folder));

    /// <summary>Where the project lies: the folder itself, --out, or beside the working directory with the name of the images.</summary>
    public string Project(ParseResult parsed)
    {
        string folder = Folder(parsed);
        return LabellingProject.Exists(folder) ? folder : Configuration(parsed).Out ?? $"{Path.GetFileName(Path.GetFullPath(folder))}-labels";
    }

    /// <summary>--budget; null where it is not given.</summary>
    public int? Budget(ParseResult parsed) => IsGiven(parsed, "--budget") ? Configuration(parsed).Budget : null;

    /// <summary>--audit; null where it is not given.</summary>
    public double? AuditShare(ParseResult parsed) => parsed.GetResult(_audit) is { Implicit: false } ? Share(parsed) : null;

    /// <summary>The folder of the images, which must be there.</summary>
    public string RequireFolder(ParseResult parsed)
    {
        string folder = Folder(parsed);
        return Directory.Exists(folder) ? folder
            : throw new UsageException(File.Exists(folder)
                ? $"{folder} is a file; images are labelled where they lie: unpack an archive and give the folder"
                : $"{folder} does not exist; give a folder of images, or the folder of a labelling project");
    }

    /// <summary>Begins the project.</summary>
    public Task CreateAsync(ParseResult parsed, IProgress<ProgressEvent>? progress, CancellationToken cancellation)
    {
        string folder = RequireFolder(parsed);
        RunConfiguration configuration = Configuration(parsed) with { Out = Project(parsed), Data = Path.GetFullPath(folder) };
        return LabellingRounds.CreateAsync(
            configuration.WithFullPaths(anySource: true),
            new ProjectOptions
            {
                AuditShare = Share(parsed),
                ChoosesInitial = !IsGiven(parsed, "--initial"),
                ChoosesBatch = !IsGiven(parsed, "--batch"),
                TakesFolders = !parsed.GetValue(_ignoreFolders),
                Known = parsed.GetValue(_labels) is { } file ? (paths, classes) => LabelFormats.Read(file, null, classes, paths, configuration.Data).OrThrow().Labels : null,
            },
            progress,
            cancellation);
    }

    private double Share(ParseResult parsed) => parsed.GetValue(_audit) is var share and >= 0 and <= 0.5 ? share
        : throw new UsageException($"--audit is {parsed.GetValue(_audit)}; it must be a share from 0 (no estimate of the accuracy) to 0.5, for example 0.1");

    private RunConfiguration Configuration(ParseResult parsed)
    {
        ConfigurationBuilder builder = new();
        builder.AddEnvironment(Environment.GetEnvironmentVariables());
        _settings.Apply(parsed, builder);
        if (parsed.GetValue(_recipe) is { } name)
        {
            builder.AddRecipe(name);
        }

        foreach (string assignment in parsed.GetValue(_set) ?? [])
        {
            builder.AddAssignment(assignment);
        }

        RunConfiguration configuration = builder.Resolve();
        configuration = configuration with { InitialQuery = "typiclust", Budget = IsGiven(parsed, "--budget") ? configuration.Budget : DefaultBudget };
        return parsed.GetValue(_classFile) is { } file ? configuration with { Classes = ReadClasses(file) } : configuration;
    }

    // More than most people label in a day; --budget raises it later.
    private const int DefaultBudget = 2000;

    private static string[] ReadClasses(string file)
        => !File.Exists(file) ? throw new UsageException($"--classes-file {file} does not exist")
            : [.. File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0).Select(ComposedText.Of)];

    private bool IsGiven(ParseResult parsed, string name) => _settings.All.Any(option => option.Name == name && parsed.GetResult(option) is not null);
}
