using System.Text.Json.Nodes;
using ActiveInas.Data;
using ActiveInas.Runs.Labelling;
using ActiveInas.Runs.Labelling.Formats;
using ActiveInas.Server.Models;
using Microsoft.Extensions.Logging;

namespace ActiveInas.Server;

/// <summary>Label Studio as the page of a labelling project: its tasks get the suggestions of the latest network, its annotations become labels, which the next round learns in the background.</summary>
internal sealed class ProjectStudioModel(ProjectHost host, ModelMetrics metrics, ILogger<Predictor> log) : IStudioModel, IAsyncDisposable
{
    private const string Format = "label-studio";
    private readonly Lock _gate = new();
    private Predictor? _predictor;

    /// <inheritdoc/>
    public Predictor? Predictor
    {
        get
        {
            lock (_gate)
            {
                // One thread: the training beside it has the others.
                return _predictor ??= host.Project.Model is null ? null : new Predictor(new ModelServerOptions(host.Project.Root) { Threads = 1 }, metrics, log);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<string> TakeAsync(JsonObject body)
    {
        string action = body["action"] is JsonValue said && said.TryGetValue(out string? text) ? text : "";
        if (action is not ("ANNOTATION_CREATED" or "ANNOTATION_UPDATED" or "ANNOTATIONS_CREATED"))
        {
            return $"'{action}' changes no label";
        }

        LabelImport labels = await ReadAsync(body).ConfigureAwait(false);
        ImportOutcome outcome = await host.Project.ImportAsync(labels, addClasses: false).ConfigureAwait(false);
        int corrected = 0;
        foreach (ImageLabel label in labels.Labels.Where(label => outcome.Conflicts.Contains(label.Path)))
        {
            // Whoever annotates now has seen what was said before: the later answer counts.
            if (host.Project.IdOf(label.Path) is { } id)
            {
                await host.Project.RelabelAsync(label.Labeller ?? "Label Studio", id, label.Action, label.Class).ConfigureAwait(false);
                corrected++;
            }
        }

        host.Changed();
        return $"{outcome.Imported} taken, {corrected} corrected, {outcome.Unchanged} known already, {outcome.Unknown.Count} of no image of the project";
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_predictor is { } predictor)
        {
            await predictor.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>An event holds the task and its annotation apart; a file of tasks has them together.</summary>
    private async Task<LabelImport> ReadAsync(JsonObject body)
    {
        JsonObject[] tasks = [.. Each(body["task"]), .. Each(body["tasks"])];
        JsonObject[] annotations = [.. Each(body["annotation"]), .. Each(body["annotations"])];
        if (tasks.Length == 0 || annotations.Length == 0)
        {
            throw new DataException("The event has no task or no annotation; wanted {\"action\": \"ANNOTATION_CREATED\", \"task\": {...}, \"annotation\": {...}}: let Label Studio send the whole payload.");
        }

        foreach (JsonObject task in tasks)
        {
            string? id = task["id"]?.ToJsonString();
            task["annotations"] = new JsonArray([.. annotations.Where(annotation => tasks.Length == 1 || annotation["task"]?.ToJsonString() == id).Select(annotation => annotation.DeepClone())]);
        }

        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, new JsonArray([.. tasks.Select(task => task.DeepClone())]).ToJsonString()).ConfigureAwait(false);
            return host.Project.ReadLabels(path, Format).OrThrow();
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static IEnumerable<JsonObject> Each(JsonNode? node) => node switch
    {
        JsonObject one => [one],
        JsonArray many => many.OfType<JsonObject>(),
        _ => [],
    };
}
