using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;
using ActiveInas.Training;

namespace ActiveInas.Runs.Configuration;

/// <summary>Where labels come from.</summary>
public enum OracleKind
{
    /// <summary>Those that the data set has.</summary>
    Dataset,

    /// <summary>Those of <see cref="RunConfiguration.Labels"/>, which people fill.</summary>
    File,

    /// <summary>Those that people give while the run of a labelling project waits.</summary>
    People,
}

/// <summary>Everything that defines a run, resolved. The defaults are those of <c>ainas run</c> without options.</summary>
/// <example><code>new RunConfiguration { Data = "cifar10", Initial = 2000, Batch = new(2000), Budget = 6000 }</code></example>
public sealed record RunConfiguration
{
    private readonly Recipe? _recipe;
    private readonly int? _initial;
    private readonly QuerySchedule? _batch;

    /// <summary>How a file writes that the architecture is searched for.</summary>
    internal const string SearchArchitecture = "search";

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

    /// <summary>What becomes of a validation folder beside a training one; null: it is skipped.</summary>
    public ValidationUse? ValidationPart { get; init; }

    /// <summary>Table of images and classes in place of class folders, of a PATH; null: the folders say it.</summary>
    public string? LabelsTable { get; init; }

    /// <summary>Whether every image of a folder or archive belongs to the pool, without a label, whatever folders it lies in.</summary>
    public bool Unlabelled { get; init; }

    /// <summary>Class names for a pool of unlabelled images; empty: as the data set or the labels say.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Goes on where no image of a class can be read: then there is no such class.</summary>
    public bool AllowMissingClasses { get; init; }

    /// <summary>How the pool is made harder; null: it is not.</summary>
    public Simulation? Simulate { get; init; }

    /// <summary>Name of the query function Q.</summary>
    public string Query { get; init; } = "softmax-response";

    /// <summary>A fixed A(i,j); null: each round searches for one.</summary>
    public Architecture? Architecture { get; init; }

    /// <summary>A, what the search may pick.</summary>
    public SearchSpace Space { get; init; } = SearchSpace.Default;

    /// <summary>A_0.</summary>
    public Architecture Start { get; init; } = new(1, 1);

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

    /// <summary>b, which may grow with the labels; where nothing is said, 150, and 100 for the generated set.</summary>
    public QuerySchedule Batch
    {
        get => _batch ?? new(Data == DataSources.Generated ? 100 : 150);
        init => _batch = value;
    }

    /// <summary>Labels at most.</summary>
    public int Budget { get; init; } = 600;

    /// <summary>Validation accuracy that ends the run, 0..1; null: none does.</summary>
    public double? StopAccuracy { get; init; }

    /// <summary>Ends the run when the validation accuracy gains no more in so many rounds; null: it does not.</summary>
    public RoundRule? StopPlateau { get; init; }

    /// <summary>Ends the run when successive models agree on the pool over so many rounds; null: it does not.</summary>
    public RoundRule? StopKappa { get; init; }

    /// <summary>Wall-clock that ends the run, over all sessions; null: none does.</summary>
    public double? StopHours { get; init; }

    /// <summary>How networks are trained; where nothing is said, <see cref="Recipes.DefaultFor"/> of the data.</summary>
    public Recipe Recipe
    {
        get => _recipe ?? Recipes.DefaultFor(Data);
        init => _recipe = value;
    }

    /// <summary>A model file whose weights every training begins from, where they fit; null: random ones.</summary>
    public string? InitialWeights { get; init; }

    /// <summary>Whether training images are mirrored at random; null: where the recipe does and the data set is known to bear it.</summary>
    public bool? Mirror { get; init; }

    /// <summary>Seed of the run: every random choice derives from it.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads; 0: one a core. Results do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Row of the kernel table that trains, for example "winograd-avx512-bf16": results depend on its family. Null: the fastest by measurement, which
    /// a run that starts records here.</summary>
    public string? Kernels { get; init; }

    /// <summary>The run's folder; null: runs/DATE-ID.</summary>
    public string? Out { get; init; }

    /// <summary>Where labels come from.</summary>
    public OracleKind Oracle { get; init; }

    /// <summary>Labels for the file oracle: CSV of id or path, class.</summary>
    public string? Labels { get; init; }

    /// <summary>Labels to start from instead of random points: CSV of id or path, class.</summary>
    public string? Labelled { get; init; }

    /// <summary>"A(2,4)", or "search".</summary>
    public string ArchitectureName => Architecture?.ToString() ?? SearchArchitecture;

    /// <summary>The recipe that was given; null: none.</summary>
    internal Recipe? OwnRecipe => _recipe;

    /// <summary>What to load.</summary>
    public DataRequest DataRequest => new(Data, DataDirectory, ImageSize, DataSeed, UseAllTraining, Include, Exclude, ValidationPart, LabelsTable, Unlabelled);

    /// <summary>The stopping rules beside the budget.</summary>
    public StoppingRules Stopping => new() { Accuracy = StopAccuracy, Plateau = StopPlateau, Kappa = StopKappa, Hours = StopHours };

    /// <summary>Names files by their full path, so that the run can go on from another working directory.</summary>
    /// <param name="anySource">Whether <see cref="Data"/> may be a name that only the caller's own loader knows: then it stays as it is.</param>
    public RunConfiguration WithFullPaths(bool anySource = false) => this with
    {
        Data = anySource ? Data : DataSources.Resolve(Data, DataDirectory) ?? Data,
        DataDirectory = DataDirectory is null ? null : Path.GetFullPath(DataDirectory),
        LabelsTable = LabelsTable is null ? null : Path.GetFullPath(LabelsTable),
        Labels = Labels is null ? null : Path.GetFullPath(Labels),
        Labelled = Labelled is null ? null : Path.GetFullPath(Labelled),
        InitialWeights = InitialWeights is null ? null : Path.GetFullPath(InitialWeights),
    };

    /// <summary>All values that cannot work, found before any data is loaded; empty: none.</summary>
    /// <param name="own">A strategy of the caller's, which need not be in the registry; null: none.</param>
    /// <param name="anySource">Whether <see cref="Data"/> may be a name that only the caller's own loader knows.</param>
    public IReadOnlyList<ConfigurationProblem> Validate(IQueryStrategy? own = null, bool anySource = false)
        => ConfigurationRules.Problems(this, own, anySource);

    /// <summary>The configuration itself, where all its values can work.</summary>
    /// <exception cref="ConfigurationException">Some cannot: all of them.</exception>
    /// <inheritdoc cref="Validate"/>
    public RunConfiguration RequireValid(IQueryStrategy? own = null, bool anySource = false)
        => Validate(own, anySource) is { Count: > 0 } problems ? throw new ConfigurationException(problems) : this;

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
        => new ConfigurationBuilder().AddJson(json, path).Resolve();
}
