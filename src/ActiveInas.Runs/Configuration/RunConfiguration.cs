using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;
using ActiveInas.Training;

namespace ActiveInas.Runs.Configuration;

/// <summary>Everything that defines a run, resolved. The defaults are those of <c>ainas run</c> without options.</summary>
/// <example><code>new RunConfiguration { Data = "cifar10", Initial = 2000, Batch = "2000", Budget = 6000 }</code></example>
public sealed record RunConfiguration
{
    private readonly Recipe? _recipe;
    private readonly int? _initial;
    private readonly string? _batch;

    /// <summary>Value of <see cref="Architecture"/> that asks for iNAS.</summary>
    public const string SearchArchitecture = "search";

    /// <summary>Values of <see cref="Oracle"/>.</summary>
    public static readonly IReadOnlyList<string> Oracles = ["dataset", "file", PeopleOracle];

    /// <summary>Value of <see cref="Oracle"/> of a labelling project: people give labels while the run waits.</summary>
    public const string PeopleOracle = "people";

    /// <summary>Name of a data set, or the path of a class-folder tree or archive.</summary>
    public string Data { get; init; } = DataSources.Generated;

    /// <summary>Cache of the named data sets; null: the user's cache folder.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Side in pixels that images are resized to; null: as they are.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Seed of generated sets and of the test split of a folder: not <see cref="Seed"/>, so that runs with different seeds compare.</summary>
    public ulong DataSeed { get; init; } = 1;

    /// <summary>SVHN: all training images instead of the first 50,000.</summary>
    public bool UseAllTraining { get; init; }

    /// <summary>Patterns of the files of a folder or archive that count, separated by commas; null: all.</summary>
    public string? Include { get; init; }

    /// <summary>Patterns of the files and folders that do not count, separated by commas; null: none.</summary>
    public string? Exclude { get; init; }

    /// <summary>What becomes of a validation folder beside a training one: "pool", "test", or null: it is skipped.</summary>
    public string? ValidationPart { get; init; }

    /// <summary>Table of images and classes in place of class folders, of a PATH; null: the folders say it.</summary>
    public string? LabelsTable { get; init; }

    /// <summary>Whether every image of a folder or archive belongs to the pool, without a label, whatever folders it lies in.</summary>
    public bool Unlabelled { get; init; }

    /// <summary>Class names for a pool of unlabelled images; empty: as the data set or the labels say.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Goes on where no image of a class can be read: then there is no such class.</summary>
    public bool AllowMissingClasses { get; init; }

    /// <summary>How the pool is made harder, for example "imbalance=10,duplicates=0.3,noise=0.1"; null: it is not.</summary>
    public string? Simulate { get; init; }

    /// <summary>Name of the query function Q.</summary>
    public string Query { get; init; } = "softmax-response";

    /// <summary>"search" or a fixed A(i,j).</summary>
    public string Architecture { get; init; } = SearchArchitecture;

    /// <summary>Largest blocks and stacks of the space, "I,J".</summary>
    public string Space { get; init; } = "12,5";

    /// <summary>A_0.</summary>
    public string Start { get; init; } = "A(1,1)";

    /// <summary>T of iNAS.</summary>
    public int SearchSteps { get; init; } = 1;

    /// <summary>|V'| / |S|.</summary>
    public double ValidationShare { get; init; } = 0.2;

    /// <summary>Stochastic passes of MC-dropout.</summary>
    public int McPasses { get; init; } = 100;

    /// <summary>k, labels of the first round; where nothing is said, 150, and 300 of the generated set, which teaches little with fewer.</summary>
    public int Initial
    {
        get => _initial ?? (Data == DataSources.Generated ? 300 : 150);
        init => _initial = value;
    }

    /// <summary>How the first k are chosen: random, or spread over features of the images by typiclust or coreset.</summary>
    public string InitialQuery { get; init; } = InitialQueries.Random;

    /// <summary>b: "N", or "N:UNTIL,N2": N while fewer than UNTIL are labelled, then N2; where nothing is said, 150, and 100 for the generated set.</summary>
    public string Batch
    {
        get => _batch ?? (Data == DataSources.Generated ? "100" : "150");
        init => _batch = value;
    }

    /// <summary>Labels at most.</summary>
    public int Budget { get; init; } = 600;

    /// <summary>Validation accuracy that ends the run, 0..1; null: none does.</summary>
    public double? StopAccuracy { get; init; }

    /// <summary>"GAIN" or "GAIN:ROUNDS": ends the run when the validation accuracy gains no more in so many rounds; null: it does not.</summary>
    public string? StopPlateau { get; init; }

    /// <summary>"KAPPA" or "KAPPA:ROUNDS": ends the run when successive models agree on the pool over so many rounds; null: it does not.</summary>
    public string? StopKappa { get; init; }

    /// <summary>Wall-clock that ends the run, over all sessions; null: none does.</summary>
    public double? StopHours { get; init; }

    /// <summary>How networks are trained; where nothing is said, <see cref="Recipes.DefaultFor"/> of the data.</summary>
    public Recipe Recipe
    {
        get => _recipe ?? Recipes.DefaultFor(Data);
        init => _recipe = value;
    }

    /// <summary>Whether training images are mirrored at random: "on", "off", or null: where the recipe does and the data set is known to bear it.</summary>
    public string? Mirror { get; init; }

    /// <summary>Seed of the run: every random choice derives from it.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads; 0: one a core. Results do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Row of the kernel table that trains, for example "winograd-avx512-bf16": results depend on its family. Null: the fastest by measurement, which
    /// a run that starts records here.</summary>
    public string? Kernels { get; init; }

    /// <summary>The run's folder; null: runs/DATE-ID.</summary>
    public string? Out { get; init; }

    /// <summary>"dataset" (labels that the data set has) or "file" (labels from <see cref="Labels"/>).</summary>
    public string Oracle { get; init; } = "dataset";

    /// <summary>Labels for the file oracle: CSV of id or path, class.</summary>
    public string? Labels { get; init; }

    /// <summary>Labels to start from instead of random points: CSV of id or path, class.</summary>
    public string? Labelled { get; init; }

    /// <summary>The recipe that was given; null: none.</summary>
    internal Recipe? OwnRecipe => _recipe;

    /// <summary>What to load.</summary>
    public DataRequest DataRequest => new(Data, DataDirectory, ImageSize, DataSeed, UseAllTraining, Include, Exclude, ValidationPart, LabelsTable, Unlabelled);

    /// <summary>The stopping rules beside the budget.</summary>
    /// <exception cref="ConfigurationException">One is not possible.</exception>
    public StoppingRules Stopping => new()
    {
        Accuracy = StopAccuracy,
        Plateau = StopPlateau is null ? null : RoundRule.Parse("--stop-plateau", StopPlateau, 0, 1),
        Kappa = StopKappa is null ? null : RoundRule.Parse("--stop-kappa", StopKappa, -1, 1),
        Hours = StopHours,
    };

    /// <summary>The fixed architecture, or null for a search.</summary>
    public Architecture? FixedArchitecture
        => Architecture == SearchArchitecture ? null : Architectures.Architecture.Parse(Architecture);

    /// <summary>Names files by their full path, so that the run can go on from another working directory.</summary>
    /// <param name="anySource">Whether <see cref="Data"/> may be a name that only the caller's own loader knows: then it stays as it is.</param>
    public RunConfiguration WithFullPaths(bool anySource = false) => this with
    {
        Data = anySource ? Data : DataSources.Resolve(Data, DataDirectory) ?? Data,
        DataDirectory = DataDirectory is null ? null : Path.GetFullPath(DataDirectory),
        LabelsTable = LabelsTable is null ? null : Path.GetFullPath(LabelsTable),
        Labels = Labels is null ? null : Path.GetFullPath(Labels),
        Labelled = Labelled is null ? null : Path.GetFullPath(Labelled),
    };

    /// <summary>Refuses values that cannot work, before any data is loaded.</summary>
    /// <exception cref="ConfigurationException">The first problem found.</exception>
    /// <param name="own">A strategy of the caller's, which need not be in the registry; null: none.</param>
    /// <param name="anySource">Whether <see cref="Data"/> may be a name that only the caller's own loader knows.</param>
    public RunConfiguration Validate(IQueryStrategy? own = null, bool anySource = false)
    {
        if (!anySource)
        {
            RequireSource();
        }

        _ = own?.Name == Query ? own : QueryStrategies.Create(Query);
        RequireArchitectures(SearchSpace.Parse(Space));
        _ = QuerySchedule.Parse(Batch);
        _ = InitialQueries.Require(InitialQuery);
        RequireWhole("initial", Initial, 1);
        RequireWhole("searchSteps", SearchSteps, 1);
        RequireWhole("mcPasses", McPasses, 1);
        Require(Budget >= Initial, $"--budget {Budget} is below --initial {Initial}: the budget counts all labels; give at least {Initial}.");
        Require(ValidationShare is > 0 and < 1, $"--validation-share {ValidationShare} is out of range: give a share between 0 and 1, for example 0.2.");
        RequireStopping();
        _ = Simulate is null ? null : Simulation.Parse(Simulate);
        Require(Simulate is null || Oracle == "dataset", "--simulate changes images and labels of a labelled data set: leave --oracle file out.");
        Require(Threads >= 0, $"--threads {Threads} is negative: give a count, or 0 for one a core.");
        Require(ImageSize is null or (>= 4 and <= 1024), $"--image-size {ImageSize} is out of range: give 4 to 1024 pixels.");
        Require(ValidationPart is null or "pool" or "test", $"--validation-part '{ValidationPart}' is unknown: it must be pool or test, or left out.");
        Require(Mirror is null or "on" or "off", $"--mirror '{Mirror}' is unknown: it must be on or off, or left out.");
        Require(Oracles.Contains(Oracle), $"--oracle '{Oracle}' is unknown: it must be one of {string.Join(", ", Oracles)}.");
        Require(Oracle != "file" || Labels is not null, "--oracle file needs --labels FILE: a CSV file of id or path, class.");
        return this;
    }

    /// <summary>The configuration as JSON with camelCase keys: config.json, which <c>ainas run CONFIG.json</c> reads back.</summary>
    public string ToJson()
    {
        JsonObject json = new() { [ConfigurationBuilder.SchemaKey] = 1 };
        foreach (Setting setting in Settings.All)
        {
            json[setting.Key] = setting.Get(this);
        }

        json[RecipeLayer.Key] = RecipeLayer.ToJson(Recipe);
        return json.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = JsonStyle.Encoder });
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <param name="path">Where it came from, for messages.</param>
    public static RunConfiguration FromJson(string json, string path)
        => new ConfigurationBuilder().AddJson(json, path).Current;

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ConfigurationException(message);
        }
    }

    private static void RequireWhole(string key, int value, int minimum)
        => Require(value >= minimum, $"{Settings.OptionOf(key)} {value} is too small: give at least {minimum}.");

    private void RequireStopping()
    {
        _ = Stopping;
        Require(StopAccuracy is null or (> 0 and <= 1), $"--stop-accuracy {StopAccuracy} is out of range: give a validation accuracy above 0 and up to 1, for example 0.9.");
        Require(StopHours is null or > 0, $"--stop-hours {StopHours} is out of range: give hours above 0, for example 8 or 0.5.");
        bool validates = Architecture == SearchArchitecture;
        Require(
            validates || (StopAccuracy is null && StopPlateau is null),
            $"{(StopAccuracy is null ? "--stop-plateau" : "--stop-accuracy")} reads the validation accuracy of the search, which --architecture {Architecture} does "
            + "not have: use --stop-kappa or --stop-hours, or leave --architecture out.");
    }

    private void RequireArchitectures(SearchSpace space)
    {
        if (Architecture == SearchArchitecture)
        {
            space.Require(Architectures.Architecture.Parse(Start));
        }
        else if (Architectures.Architecture.TryParse(Architecture, out Architecture fixedArchitecture))
        {
            space.Require(fixedArchitecture);
        }
        else
        {
            throw new ConfigurationException($"--architecture '{Architecture}' is neither 'search' nor A(i,j), for example A(2,4).");
        }
    }

    private void RequireSource()
    {
        if (DataSources.Resolve(Data, DataDirectory) is null)
        {
            string hint = Spelling.Closest(Data, DataSources.Names) is { } closest ? $" Did you mean {closest}?" : "";
            throw new ConfigurationException(
                $"--data '{Data}' is neither a data set ({string.Join(", ", DataSources.Names)}) nor a path that exists.{hint}");
        }
    }
}
