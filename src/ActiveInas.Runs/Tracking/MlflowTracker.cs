using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Store;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tracking;

/// <summary>What a call of <see cref="MlflowTracker.TrackAsync"/> sent.</summary>
/// <param name="Run">Id of the run on the server.</param>
/// <param name="Metrics">Values sent.</param>
/// <param name="IsNew">Whether the run was made.</param>
public readonly record struct TrackResult(string Run, int Metrics, bool IsNew);

/// <summary>Copies a run to an MLflow server: its configuration as params, its rounds over the labels and its trainings over their steps as metrics.</summary>
/// <remarks>mlflow.json in the run's folder remembers what was sent, so that a later call adds what is new. A call that dies between
/// sending and remembering sends at most one part twice.</remarks>
public sealed class MlflowTracker : IDisposable
{
    private const string FileName = "mlflow.json";
    private const string ParamsPart = "params";
    private const int LongestKey = 250;
    private static readonly JsonSerializerOptions s_readable = new() { Encoder = JsonStyle.Encoder };
    private static readonly JsonSerializerOptions s_strict = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };
    private readonly HttpClient? _http;
    private readonly MlflowClient _client;
    private readonly string _address;
    private readonly string _experiment;

    /// <summary>Signs in as MLFLOW_TRACKING_USERNAME with MLFLOW_TRACKING_PASSWORD, or with MLFLOW_TRACKING_TOKEN, where they are set.</summary>
    /// <param name="server">Its address, without /api.</param>
    /// <param name="experiment">Name of the experiment there.</param>
    public MlflowTracker(Uri server, string experiment)
    {
        _http = MlflowClient.CreateHttp();
        (_client, _address, _experiment) = (new MlflowClient(_http, server), Address(server), experiment);
    }

    /// <summary>Over a client that its maker disposes.</summary>
    /// <param name="client">The server.</param>
    /// <param name="server">Its address.</param>
    /// <param name="experiment">Name of the experiment there.</param>
    internal MlflowTracker(MlflowClient client, Uri server, string experiment)
    {
        (_client, _address, _experiment) = (client, Address(server), experiment);
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _http?.Dispose();

    /// <summary>Sends what the server does not have yet.</summary>
    /// <param name="folder">Of the run.</param>
    /// <param name="name">For people; null: the run's id.</param>
    /// <param name="cancellation">Stops between requests; a later call goes on.</param>
    public async Task<TrackResult> TrackAsync(RunFolder folder, string? name, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(folder);
        RunDocument run = RunDocument.Read(folder);
        using RunStore store = RunStore.OpenReader(folder.Database);
        string path = Path.Combine(folder.Root, FileName);
        Sent? known = Sent.Read(path, _address);
        bool isNew = known is null || !await _client.HasRunAsync(known.Run, cancellation).ConfigureAwait(false);
        Sent sent = isNew ? await BeginAsync(run, name, path, cancellation).ConfigureAwait(false) : known!;
        if (!sent.Parts.Contains(ParamsPart))
        {
            await _client.LogParamsAsync(sent.Run, Params(run.Configuration), cancellation).ConfigureAwait(false);
            sent.Add(ParamsPart, path);
        }

        int metrics = 0;
        foreach ((string key, List<MlflowMetric> part) in Parts(run, store).Where(part => !sent.Parts.Contains(part.Key)))
        {
            await _client.LogMetricsAsync(sent.Run, part, cancellation).ConfigureAwait(false);
            sent.Add(key, path);
            metrics += part.Count;
        }

        long? end = run.State == RunState.Running || store.RoundTimes().Count == 0 ? null : new DateTimeOffset(store.RoundTimes().Values.Max()).ToUnixTimeMilliseconds();
        string status = run.State switch { RunState.Finished => "FINISHED", RunState.Running => "RUNNING", _ => "KILLED" };
        await _client.UpdateRunAsync(sent.Run, status, end, cancellation).ConfigureAwait(false);
        return new TrackResult(sent.Run, metrics, isNew);
    }

    /// <summary>A name as MLflow allows it: at most 250 letters, digits, '_', '-', '.', ' ' and '/', and as a path its own shortest form.</summary>
    internal static string Allowed(string name)
    {
        string letters = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or ' ' or '/' ? letter : '-'));
        string path = string.Join('/', letters.Split('/').Select(part => part is "" or "." or ".." ? "-" : part));
        return path.Length <= LongestKey ? path : path[..LongestKey].TrimEnd('/', '.');
    }

    /// <summary>Names for the accuracies of the classes. They carry the classes' numbers when MLflow, or a database that ignores case, would take two for one.</summary>
    internal static string[] ClassKeys(IReadOnlyList<string> classes)
    {
        string[] keys = [.. classes.Select(name => Allowed($"test_accuracy/{name}"))];
        return keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() == keys.Length
            ? keys
            : [.. classes.Select((name, c) => Allowed($"test_accuracy/{c}-{name}"))];
    }

    private async Task<Sent> BeginAsync(RunDocument run, string? name, string path, CancellationToken cancellation)
    {
        string id = await _client.ExperimentAsync(_experiment, cancellation).ConfigureAwait(false);
        string made = await _client.CreateRunAsync(id, name ?? run.Run, Milliseconds(run.CreatedAt), Tags(run), cancellation).ConfigureAwait(false);
        Sent sent = new(_address, made, []);
        sent.Write(path);
        return sent;
    }

    private static string Address(Uri server) => server.AbsoluteUri.TrimEnd('/');

    private static (string, string)[] Tags(RunDocument run) =>
    [
        ("ainas.run", run.Run), ("ainas.version", run.Version), ("ainas.kernels", run.Kernels), ("mlflow.source.name", "ainas"), ("mlflow.source.type", "LOCAL"),
    ];

    private static (string, string)[] Params(RunConfiguration configuration)
    {
        List<(string, string)> values = [];
        Flatten("", JsonNode.Parse(configuration.ToJson()), values);
        return [.. values];
    }

    private static void Flatten(string prefix, JsonNode? node, List<(string, string)> values)
    {
        if (node is JsonObject map)
        {
            foreach ((string key, JsonNode? value) in map)
            {
                Flatten(prefix.Length == 0 ? key : $"{prefix}.{key}", value, values);
            }
        }
        else
        {
            values.Add((Allowed(prefix), node is JsonValue value && value.TryGetValue(out string? text) ? text : node?.ToJsonString(s_readable) ?? ""));
        }
    }

    // Each part appears whole or not at all in the store, so it is sent once.
    private static IEnumerable<(string Key, List<MlflowMetric> Metrics)> Parts(RunDocument run, RunStore store)
    {
        IReadOnlyDictionary<int, DateTime> times = store.RoundTimes();
        foreach (RoundRecord round in run.Rounds)
        {
            yield return ($"round/{round.Round}", Metrics(run, round, new DateTimeOffset(times[round.Round]).ToUnixTimeMilliseconds()));
        }

        long latest = times.Count == 0 ? Milliseconds(run.CreatedAt) : new DateTimeOffset(times.Values.Max()).ToUnixTimeMilliseconds();
        foreach (IGrouping<string, MetricRow> training in store.Metrics().GroupBy(row => row.Key))
        {
            yield return ($"training/{training.Key}", [.. training.Where(row => row.Value is not null)
                .Select(row => new MlflowMetric(Allowed($"{training.Key}/{row.Name}"), row.Value!.Value, latest, row.Step))]);
        }
    }

    private static List<MlflowMetric> Metrics(RunDocument run, RoundRecord round, long time)
    {
        List<(string Name, double? Value)> values =
        [
            ("blocks", round.Architecture.Blocks), ("stacks", round.Architecture.Stacks), .. RoundMetrics.All.Select(metric => (metric.Key, metric.Of(round))),
        ];
        if (round.Test is Evaluation test)
        {
            values.AddRange(ClassKeys(run.Classes).Zip(test.ClassAccuracy, (key, accuracy) => (key, (double?)accuracy)));
        }

        return [.. values.Where(pair => pair.Value is { } value && double.IsFinite(value)).Select(pair => new MlflowMetric(pair.Name, pair.Value!.Value, time, round.Labels))];
    }

    private static long Milliseconds(string iso) => DateTimeOffset.Parse(iso, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();

    /// <summary>What was sent where: mlflow.json.</summary>
    private sealed record Sent(
        [property: JsonPropertyName("server")] string Server, [property: JsonPropertyName("run")] string Run, [property: JsonPropertyName("sent")] HashSet<string> Parts)
    {
        /// <summary>Null when nothing was sent to this server.</summary>
        public static Sent? Read(string path, string server)
        {
            if (!File.Exists(path))
            {
                return null;
            }

            try
            {
                Sent sent = JsonSerializer.Deserialize<Sent>(File.ReadAllText(path), s_strict) ?? throw new JsonException("it holds null");
                return sent.Server == server ? sent : null;
            }
            catch (JsonException exception)
            {
                throw new DataException($"{path} is damaged ({exception.Message.TrimEnd('.')}): delete it, and the run is sent again as a new one.", exception);
            }
        }

        public void Add(string part, string path)
        {
            Parts.Add(part);
            Write(path);
        }

        public void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, s_strict) + "\n");
    }
}
