using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Runs.Folder;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>A FiftyOneImageClassificationDataset: labels.json with classes and a target for each image, and the manifest data.json, which says where the images are.</summary>
/// <remarks>
/// <para>labels.json is {"classes": [...], "labels": {ID: TARGET}}. ID is a path without its extension, below data/ or in the manifest. TARGET is null, an index of
/// classes or, where classes is null, a name, or {"label": that, "confidence": .., "attributes": {..}}.</para>
/// <para>Source: FiftyOne's user guide, "FiftyOneImageClassificationDataset".</para>
/// <para>FiftyOne has no skipped and no bad images: to it they have no label, and what they are stands in "not_labelled", which it does not read.</para>
/// </remarks>
internal sealed class FiftyOneFormat : ILabelFormat
{
    private const string LabelsFile = "labels.json";
    private const string ManifestFile = "data.json";
    private const string NotLabelled = "not_labelled";

    /// <inheritdoc/>
    public string Name => "fiftyone";

    /// <inheritdoc/>
    public string DefaultName => "fiftyone";

    /// <inheritdoc/>
    public bool Recognises(ImportFile file)
        => file.IsFolder
            ? File.Exists(file[LabelsFile].Path)
            : file.First() == '{' && file.Json is { ValueKind: JsonValueKind.Object } json && json.Part("labels", JsonValueKind.Object) is not null;

    /// <inheritdoc/>
    public LabelExport Write(ExportRequest request)
    {
        Dictionary<string, int> indices = request.Classes.Index().ToDictionary(one => one.Item, one => one.Index, StringComparer.Ordinal);
        JsonObject labels = [];
        JsonObject others = [];
        JsonObject manifest = [];
        foreach (ImageLabel image in request.Images)
        {
            request.Cancellation.ThrowIfCancellationRequested();
            string id = Id(image.Path, manifest);
            manifest[id] = Path.Combine(request.SourceFolder, image.Path);
            JsonObject known = Known(image);
            bool isLabelled = image.Action == LabelAction.Label;
            labels[id] = isLabelled ? new JsonObject { ["label"] = indices[image.Class!], ["attributes"] = known } : null;
            if (!isLabelled && known.Count > 0)
            {
                others[id] = known;
            }
        }

        JsonObject document = new()
        {
            ["classes"] = new JsonArray([.. request.Classes.Select(name => JsonValue.Create(name))]),
            ["labels"] = labels,
            [NotLabelled] = others,
        };
        AtomicFile.WriteText(Path.Combine(request.Destination, ManifestFile), manifest.ToJsonString(ImageLabelJson.Indented) + '\n');
        AtomicFile.WriteText(Path.Combine(request.Destination, LabelsFile), document.ToJsonString(ImageLabelJson.Indented) + '\n');
        return new LabelExport(request.Destination, request.Images.Count, []);
    }

    /// <inheritdoc/>
    public FileLabels Read(ImportFile file, LabelSubject subject)
    {
        ImportFile labels = file.IsFolder ? file[LabelsFile] : file;
        JsonElement json = labels.RequireJson();
        if (json.ValueKind != JsonValueKind.Object || json.Part("labels", JsonValueKind.Object) is not { } targets)
        {
            throw new Data.DataException($"{labels.Path} is no FiftyOne file of image classes; wanted {{\"classes\": [...], \"labels\": {{\"image\": 0}}}}.");
        }

        string[] classes = json.Part("classes", JsonValueKind.Array) is { } list ? [.. list.EnumerateArray().Select(one => one.ToString())] : [];
        Dictionary<string, string> manifest = Manifest(new ImportFile(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(labels.Path))!, ManifestFile)));
        JsonElement? others = json.Part(NotLabelled, JsonValueKind.Object);
        List<LabelProblem> problems = [];
        List<FileLabel> lines = [];
        foreach (JsonProperty target in targets.EnumerateObject())
        {
            string place = $"label '{target.Name}'";
            ImageLabel image = new(manifest.GetValueOrDefault(target.Name, target.Name));
            image = target.Value.ValueKind != JsonValueKind.Null ? Labelled(image, target.Value, classes, place, problems)
                : others?.Part(target.Name, JsonValueKind.Object) is { } known ? TakeKnown(image, known, place, problems)
                : image;
            lines.Add(new FileLabel(place, image));
        }

        return new FileLabels(lines) { Classes = classes, Problems = problems };
    }

    /// <summary>The path without its extension, as FiftyOne names images; of two that differ by nothing else the second is -2.</summary>
    private static string Id(string path, JsonObject taken)
    {
        string plain = Path.ChangeExtension(path, null);
        string id = plain;
        for (int i = 2; taken.ContainsKey(id); i++)
        {
            id = string.Create(CultureInfo.InvariantCulture, $"{plain}-{i}");
        }

        return id;
    }

    private static JsonObject Known(ImageLabel image)
    {
        JsonObject known = [];
        AuditField.AddTo(known, image, image.Action == LabelAction.Label ? AuditField.All : AuditField.WithAction);
        ImageLabelJson.AddPredictions(known, image);
        return known;
    }

    private static ImageLabel TakeKnown(ImageLabel image, JsonElement known, string place, List<LabelProblem> problems)
    {
        image = AuditField.Take(AuditField.WithAction, image, known, place, problems);
        return ImageLabelJson.TakePredictions(image, known, place, problems);
    }

    private static ImageLabel Labelled(ImageLabel image, JsonElement target, string[] classes, string place, List<LabelProblem> problems)
    {
        JsonElement label = target.ValueKind == JsonValueKind.Object && target.TryGetProperty("label", out JsonElement inner) ? inner : target;
        string? name = label.ValueKind == JsonValueKind.String ? label.GetString()
            : label.ValueKind == JsonValueKind.Number && label.TryGetInt32(out int index) && index >= 0 && index < classes.Length ? classes[index]
            : null;
        if (string.IsNullOrEmpty(name))
        {
            string wanted = classes.Length > 0 ? $"one index 0..{classes.Length - 1} of classes, or null" : "one name, or null";
            problems.Add(new LabelProblem(place, label.ToString(), "is no class", wanted));
            return image;
        }

        image = image with { Action = LabelAction.Label, Class = name };

        // Attributes that somebody else wrote may be called the same and hold something else: the source of an answer is a word of ours.
        return target.ValueKind == JsonValueKind.Object && target.Part("attributes", JsonValueKind.Object) is { } known
            && known.Text("source") is { } source && Enum.TryParse<LabelSource>(source, ignoreCase: true, out _)
            ? TakeKnown(image, known, place, problems)
            : image;
    }

    private static Dictionary<string, string> Manifest(ImportFile file)
        => !File.Exists(file.Path) || file.RequireJson() is not { ValueKind: JsonValueKind.Object } json ? []
            : json.EnumerateObject().Where(one => one.Value.ValueKind == JsonValueKind.String).GroupBy(one => one.Name)
                .ToDictionary(one => one.Key, one => one.First().Value.GetString()!);
}
