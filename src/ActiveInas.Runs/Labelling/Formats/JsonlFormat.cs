using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Data;
using ActiveInas.Data.Tables;
using ActiveInas.Runs.Folder;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>JSON Lines: an object for each image, with file_name as in the metadata.jsonl of image folders, and label.</summary>
internal sealed class JsonlFormat : ILabelFormat
{
    private static readonly string[] s_imageNames = ["file_name", "path", "filename", "file_path", "filepath", "file", "image_path", "image", "img"];
    private static readonly string[] s_labelNames = ["label", "class", "category", "class_name", "choice", "target"];

    /// <inheritdoc/>
    public string Name => "jsonl";

    /// <inheritdoc/>
    public string DefaultName => "labels.jsonl";

    /// <inheritdoc/>
    public bool Recognises(ImportFile file) => !file.IsFolder && file.First() == '{';

    /// <inheritdoc/>
    public LabelExport Write(ExportRequest request)
    {
        StringBuilder text = new();
        foreach (ImageLabel image in request.Images)
        {
            request.Cancellation.ThrowIfCancellationRequested();
            JsonObject json = new() { ["file_name"] = image.Path, ["label"] = image.Class };
            AuditField.AddTo(json, image, AuditField.WithAction);
            ImageLabelJson.AddPredictions(json, image);
            text.Append(json.ToJsonString(ImageLabelJson.Line)).Append('\n');
        }

        AtomicFile.WriteText(request.Destination, text.ToString());
        return new LabelExport(request.Destination, request.Images.Count, []);
    }

    /// <inheritdoc/>
    public FileLabels Read(ImportFile file, LabelSubject subject)
    {
        ClassNames classes = new(subject.Classes);
        List<FileLabel> lines = [];
        List<LabelProblem> problems = [];
        foreach ((int i, string line) in file.Text().Split('\n').Index())
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                string place = $"line {i + 1}";
                using JsonDocument document = Parse(file.Path, line, i + 1);
                if (Image(document.RootElement, classes, place, problems) is { } image)
                {
                    lines.Add(new FileLabel(place, image));
                }
            }
        }

        return new FileLabels(lines) { MayHaveIndices = true, Problems = problems };
    }

    private static JsonDocument Parse(string path, string line, int number)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException exception)
        {
            throw new DataException(
                $"{path}, {ImportFile.At(exception, number)}: this is no JSON: {exception.Message} "
                + "Wanted one object a line, such as {\"file_name\": \"a.jpg\", \"label\": \"cat\"}.",
                exception);
        }
    }

    private static ImageLabel? Image(JsonElement json, ClassNames classes, string place, List<LabelProblem> problems)
    {
        string? name = json.ValueKind == JsonValueKind.Object ? s_imageNames.Select(property => json.Text(property)).FirstOrDefault(text => text is not null) : null;
        if (name is null)
        {
            problems.Add(new LabelProblem(place, json.ToString(), "names no image", "an object with file_name and label"));
            return null;
        }

        ImageLabel image = new(name);
        string label = Label(json);
        if (json.Text(AuditField.Action.Name) is { } action && AuditField.Action.With(image, action) is not null)
        {
            image = AuditField.Take(AuditField.WithAction, image, json, place, problems);
            image = image.Action == LabelAction.Label ? image with { Class = label } : image;
            if (image.Class?.Length == 0)
            {
                problems.Add(new LabelProblem(place, name, "has a label without a class", "a class, or another action"));
            }
        }
        else if (label == LabelMarks.Bad && classes.Find(label) is null)
        {
            image = image with { Action = LabelAction.Bad };
        }
        else if (label.Length > 0 && (!LabelMarks.IsNone(label) || classes.Find(label) is not null))
        {
            image = image with { Action = LabelAction.Label, Class = label };
        }

        return ImageLabelJson.TakePredictions(image, json, place, problems);
    }

    /// <summary>The class, which may be a number; empty: none.</summary>
    private static string Label(JsonElement json)
    {
        foreach (string name in s_labelNames)
        {
            if (json.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
            {
                return value.ToString().Trim();
            }
        }

        return string.Empty;
    }
}
