using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Training;

namespace ActiveInas.RecipeStudy;

/// <summary>A data set of a study.</summary>
/// <param name="Source">As <c>--data</c> takes it.</param>
/// <param name="ImageSize">As <c>--image-size</c>; null: as they are.</param>
/// <param name="Imbalance">As <c>--simulate imbalance=</c>, of the pool and not of the validation part.</param>
internal sealed record StudySet(string Source, int? ImageSize = null, double Imbalance = 1);

/// <summary>One training of a study.</summary>
internal sealed record StudyCell(string Set, int Labels, string Architecture, int Seed, string Recipe);

/// <summary>A grid of trainings, each scored on a validation part of the training images. The test part is not read.</summary>
internal sealed class Study
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web);

    private Study(IReadOnlyDictionary<string, StudySet> sets, IReadOnlyDictionary<string, Recipe> recipes, IReadOnlyList<StudyCell> cells)
        => (Sets, Recipes, Cells) = (sets, recipes, cells);

    public IReadOnlyDictionary<string, StudySet> Sets { get; }

    public IReadOnlyDictionary<string, Recipe> Recipes { get; }

    /// <summary>In the order of the file: recipes within seeds within architectures within labels within sets, grid by grid.</summary>
    public IReadOnlyList<StudyCell> Cells { get; }

    /// <summary>Reads a study file; recipes are built in, or overlays of one ("basedOn").</summary>
    public static Study Read(string path)
    {
        JsonObject json = JsonNode.Parse(File.ReadAllText(path), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip })!.AsObject();
        Dictionary<string, StudySet> sets = json["sets"].Deserialize<Dictionary<string, StudySet>>(s_options)!;
        Dictionary<string, Recipe> recipes = json["recipes"]!.AsObject().ToDictionary(pair => pair.Key, pair => Parse(pair.Key, pair.Value!, path));
        List<StudyCell> cells = [];
        foreach (JsonNode? grid in json["grids"]!.AsArray())
        {
            cells.AddRange(
                from seed in grid!["seeds"].Deserialize<int[]>()!
                from architecture in grid["architectures"].Deserialize<string[]>()!
                from labels in grid["labels"].Deserialize<int[]>()!
                from recipe in grid["recipes"].Deserialize<string[]>()!
                from set in grid["sets"].Deserialize<string[]>()!
                select new StudyCell(set, labels, architecture, seed, recipe));
        }

        return new Study(sets, recipes, cells);
    }

    private static Recipe Parse(string name, JsonNode node, string path)
    {
        JsonObject overlay = node.DeepClone().AsObject();
        overlay["name"] = name;
        return RecipeFile.Parse(overlay.ToJsonString(), $"{path}: recipe {name}");
    }
}
