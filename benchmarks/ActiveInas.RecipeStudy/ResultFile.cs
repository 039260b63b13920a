using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Training;

namespace ActiveInas.RecipeStudy;

/// <summary>How a cell did.</summary>
/// <param name="Id">Of cell, data and recipe.</param>
/// <param name="Accuracy">On the validation part.</param>
/// <param name="Balanced">Mean recall there.</param>
/// <param name="Loss">Mean cross-entropy there.</param>
/// <param name="NeverPredicted">Classes with labels that are predicted for no validation image.</param>
internal sealed record StudyResult(
    string Id, string Set, int Labels, string Architecture, int Seed, string Recipe, double Accuracy, double Balanced, double Loss, int NeverPredicted)
{
    /// <summary>Accuracy on the validation part mirrored left to right.</summary>
    public double? Mirrored { get; init; }

    /// <summary>Mean loss of the last epoch.</summary>
    public double TrainingLoss { get; init; }

    public long Steps { get; init; }

    /// <summary>Of the training, on one thread.</summary>
    public double Seconds { get; init; }
}

/// <summary>Results, a line each; a study that is run again does what is missing.</summary>
internal sealed class ResultFile
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web);

    // A study trains no candidates.
    private static readonly string[] s_ofCandidates = ["candidate", "candidateScore", "candidateMetric"];
    private readonly string _path;
    private readonly Dictionary<string, StudyResult> _results = [];

    private ResultFile(string path) => _path = path;

    public static ResultFile Open(string path)
    {
        ResultFile file = new(path);
        if (File.Exists(path))
        {
            foreach (StudyResult result in File.ReadLines(path).Select(line => JsonSerializer.Deserialize<StudyResult>(line, s_options)!))
            {
                file._results[result.Id] = result;
            }
        }

        return file;
    }

    /// <summary>Two cells of the same numbers have the same id, whatever their recipes are called; what a recipe leaves off is not part of it.</summary>
    public static string Id(StudyCell cell, Study study)
    {
        JsonObject recipe = Given(JsonNode.Parse(RecipeFile.ToJson(study.Recipes[cell.Recipe] with { Name = "study" })))!.AsObject();
        foreach (string key in s_ofCandidates)
        {
            recipe.Remove(key);
        }

        StudySet set = study.Sets[cell.Set];
        string text = $"StudySet {{ Source = {set.Source}, ImageSize = {set.ImageSize}, Simulate = {(set.Imbalance == 1 ? "" : $"imbalance={set.Imbalance}")} }}|{cell.Labels}|{cell.Architecture}|{cell.Seed}|{recipe.ToJsonString()}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
    }

    private static JsonNode? Given(JsonNode? node) => node is JsonObject map
        ? new JsonObject(map.Where(pair => pair.Value is not null).Select(pair => KeyValuePair.Create(pair.Key, Given(pair.Value))))
        : node?.DeepClone();

    public bool Has(StudyCell cell, Study study) => Find(cell, study) is not null;

    public StudyResult? Find(StudyCell cell, Study study) => _results.GetValueOrDefault(Id(cell, study));

    public void Add(StudyResult result, TextWriter log)
    {
        lock (_results)
        {
            _results[result.Id] = result;
            File.AppendAllText(_path, JsonSerializer.Serialize(result, s_options) + "\n");
            log.WriteLine(
                $"{result.Set,-12} {result.Labels,5} {result.Architecture,-7} seed {result.Seed} {result.Recipe,-14} accuracy {result.Accuracy:0.000} "
                + $"balanced {result.Balanced:0.000} mirrored {result.Mirrored:0.000} loss {result.TrainingLoss:0.000} {result.Seconds:0} s");
        }
    }
}
