using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Runs.Folder;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>Tasks of Label Studio, for a project whose labelling interface has an Image called image and Choices called choice.</summary>
/// <remarks>
/// <para>A task is {"data": {"image": address}, "annotations": [{"result": [{"type": "choices", "value": {"choices": [class]}}], "was_cancelled", "completed_by", "created_at",
/// "lead_time" (seconds)}], "predictions": [{"model_version", "score", "result"}]}. Source: Label Studio's guide, "Task format" and "Import pre-annotations".</para>
/// <para>Skipped there is a cancelled annotation; it has no bad images: here they are cancelled too, and "meta" tells them apart, with what else has no place of its own.</para>
/// </remarks>
internal sealed class LabelStudioFormat : ILabelFormat
{
    private const double MillisecondsOfSecond = 1000;

    /// <inheritdoc/>
    public string Name => "label-studio";

    /// <inheritdoc/>
    public string DefaultName => "label-studio.json";

    /// <inheritdoc/>
    public bool Recognises(ImportFile file)
        => !file.IsFolder
            && (file.First() == '[' || (file.First() == '{' && file.Json is { ValueKind: JsonValueKind.Object } json && json.Part("data", JsonValueKind.Object) is not null));

    /// <inheritdoc/>
    public LabelExport Write(ExportRequest request)
    {
        AtomicFile.Write(request.Destination, stream =>
        {
            using Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true, Encoder = JsonStyle.Encoder });
            writer.WriteStartArray();
            foreach (ImageLabel image in request.Images)
            {
                request.Cancellation.ThrowIfCancellationRequested();
                Task(image).WriteTo(writer);
            }

            writer.WriteEndArray();
        });
        return new LabelExport(request.Destination, request.Images.Count, []);
    }

    /// <inheritdoc/>
    public FileLabels Read(ImportFile file, LabelSubject subject) => new LabelStudioReading(file.RequireJson(), subject).Read();

    private static JsonObject Task(ImageLabel image)
    {
        JsonObject meta = [];
        AuditField.AddTo(meta, image, AuditField.WithAction.Where(field => field != AuditField.Time && field != AuditField.Milliseconds));
        return new JsonObject
        {
            ["data"] = new JsonObject { ["image"] = "/data/local-files/?d=" + string.Join('/', image.Path.Split('/').Select(Uri.EscapeDataString)) },
            ["meta"] = meta,
            ["annotations"] = image.Action == LabelAction.None ? [] : new JsonArray(Annotation(image)),
            ["predictions"] = new JsonArray([.. image.Predictions.Select(one => new JsonObject
            {
                ["model_version"] = image.ModelVersion,
                ["score"] = one.Probability,
                ["result"] = Choice(one.Class),
            })]),
        };
    }

    private static JsonObject Annotation(ImageLabel image)
    {
        JsonObject json = new()
        {
            ["result"] = image.Action == LabelAction.Label ? Choice(image.Class!) : [],
            ["was_cancelled"] = image.Action != LabelAction.Label,
            ["ground_truth"] = false,
        };
        if (image.Labeller?.Contains('@', StringComparison.Ordinal) == true)
        {
            // Label Studio takes accounts only.
            json["completed_by"] = new JsonObject { ["email"] = image.Labeller };
        }

        if (image.Time is { } time)
        {
            json["created_at"] = AuditField.Text(time);
        }

        if (image.Milliseconds is { } milliseconds)
        {
            json["lead_time"] = milliseconds / MillisecondsOfSecond;
        }

        return json;
    }

    private static JsonArray Choice(string name) => new(new JsonObject
    {
        ["from_name"] = "choice",
        ["to_name"] = "image",
        ["type"] = "choices",
        ["value"] = new JsonObject { ["choices"] = new JsonArray(name) },
    });
}
