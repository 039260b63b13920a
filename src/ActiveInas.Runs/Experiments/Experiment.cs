using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Runs.Configuration;

namespace ActiveInas.Runs.Experiments;

/// <summary>One run of an experiment.</summary>
/// <param name="Id">12 hexadecimal digits that follow from what it computes.</param>
/// <param name="Settings">What distinguishes its method from others of the experiment, in the order of <see cref="Experiment.Varying"/>.</param>
/// <param name="Configuration">Of the run, without its folder.</param>
public sealed record ExperimentCell(string Id, IReadOnlyList<string> Settings, RunConfiguration Configuration)
{
    /// <summary>Seed of the run: cells of one seed start from the same labels, so methods are compared in pairs.</summary>
    public ulong Seed => Configuration.Seed;

    /// <summary>"softmax-response, A(2,4)"; "all" in an experiment that varies nothing but the seed.</summary>
    public string Method => Settings.Count == 0 ? "all" : string.Join(", ", Settings);

    /// <summary>"softmax-response, A(2,4), seed 1".</summary>
    public string Label => $"{Method}, seed {Seed}";
}

/// <summary>A grid of runs over data, query, architecture, recipe, simulation and seeds.</summary>
public sealed record Experiment
{
    /// <summary>Version of the JSON shape.</summary>
    public const int SchemaVersion = 1;

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JsonStyle.Encoder };

    /// <summary>Short, as in file names.</summary>
    public required string Name { get; init; }

    /// <summary>For people: the heading of its report.</summary>
    public required string Title { get; init; }

    /// <summary>Keys of the settings in which methods differ (never the seed), for example query and architecture.</summary>
    public required IReadOnlyList<string> Varying { get; init; }

    /// <summary>In the order in which they run: all methods of the first seed, then of the second, so that what is there can be compared.</summary>
    public required IReadOnlyList<ExperimentCell> Cells { get; init; }

    /// <summary>The experiment that a single run is.</summary>
    public static Experiment OfRun(RunConfiguration configuration)
        => new() { Name = "run", Title = "run", Varying = [], Cells = [new ExperimentCell(CellId.Of(configuration), [], configuration)] };

    /// <summary>experiment.json.</summary>
    public string ToJson() => new JsonObject
    {
        [ConfigurationBuilder.SchemaKey] = SchemaVersion,
        ["name"] = Name,
        ["title"] = Title,
        ["varying"] = Texts(Varying),
        ["cells"] = new JsonArray([.. Cells.Select(cell => new JsonObject
        {
            ["id"] = cell.Id,
            ["settings"] = Texts(cell.Settings),
            ["configuration"] = JsonNode.Parse(cell.Configuration.ToJson()),
        })]),
    }.ToJsonString(s_indented);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="RunException">The text is something else.</exception>
    public static Experiment FromJson(string json, string path)
    {
        try
        {
            JsonObject root = JsonNode.Parse(json)!.AsObject();
            int version = root[ConfigurationBuilder.SchemaKey]!.GetValue<int>();
            if (version > SchemaVersion)
            {
                throw new RunException($"{path}: schema version {version} was written by a newer ainas; this one reads up to {SchemaVersion}. Install the newer version.");
            }

            return new Experiment
            {
                Name = root["name"]!.GetValue<string>(),
                Title = root["title"]!.GetValue<string>(),
                Varying = Texts(root["varying"]!),
                Cells = [.. root["cells"]!.AsArray().Select(cell => new ExperimentCell(
                    cell!["id"]!.GetValue<string>(),
                    Texts(cell["settings"]!),
                    RunConfiguration.FromJson(cell["configuration"]!.ToJsonString(), path)))],
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new RunException($"{path} is not the record of an experiment ({exception.Message}): start it again with 'ainas experiment FILE.json'.", exception);
        }
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static string[] Texts(JsonNode node) => [.. node.AsArray().Select(text => text!.GetValue<string>())];
}
