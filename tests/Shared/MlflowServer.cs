using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace ActiveInas.Tests.Shared;

/// <summary>An experiment on the server.</summary>
internal sealed class MlflowExperiment(string id, string name)
{
    public string Id => id;

    public string Name => name;

    public bool IsDeleted { get; set; }
}

/// <summary>A run on the server.</summary>
internal sealed class MlflowRun(string id, string experiment, string name, long startTime)
{
    public string Id => id;

    public string Experiment => experiment;

    public string Name => name;

    public long StartTime => startTime;

    public long? EndTime { get; set; }

    public string Status { get; set; } = "RUNNING";

    /// <summary>In the bin: the server still answers for it, but takes no more.</summary>
    public bool IsDeleted { get; set; }

    public Dictionary<string, string> Tags { get; } = [];

    public Dictionary<string, string> Params { get; } = [];

    /// <summary>In the order that they arrived, repeated ones too.</summary>
    public List<MlflowValue> Metrics { get; } = [];
}

/// <summary>A value that a run was sent.</summary>
internal sealed record MlflowValue(string Key, double Value, long Timestamp, long Step);

/// <summary>The tracking calls of MLflow's REST interface 2.0, made after its documentation: keeps what it is sent, refuses what is not allowed
/// (<see cref="MlflowRules"/>).</summary>
internal sealed class MlflowServer : LoopbackServer
{
    private const string Api = "/api/2.0/mlflow/";

    public List<MlflowExperiment> Experiments { get; } = [new("0", "Default")];

    public List<MlflowRun> Runs { get; } = [];

    /// <summary>Calls in order, for example runs/create.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>The Authorization header of each call; empty for none.</summary>
    public ConcurrentQueue<string> Authorizations { get; } = new();

    /// <summary>What to answer a call with instead of doing it; null: nothing.</summary>
    public Func<string, (int Status, string Body)?> Instead { get; set; } = _ => null;

    protected override async Task AnswerAsync(HttpListenerContext context)
    {
        HttpListenerRequest request = context.Request;
        using MemoryStream content = new();
        await request.InputStream.CopyToAsync(content);
        string path = request.Url!.AbsolutePath;
        string call = path.StartsWith(Api, StringComparison.Ordinal) ? path[Api.Length..] : path;
        Calls.Enqueue(call);
        Authorizations.Enqueue(request.Headers["Authorization"] ?? "");
        (int status, string body) = Instead(call) ?? Answer($"{request.HttpMethod} {call}", request, content.ToArray());
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        context.Response.StatusCode = status;
        context.Response.ContentType = body.StartsWith('{') ? "application/json" : "text/html";
        context.Response.ContentLength64 = bytes.Length;
        await context.Response.OutputStream.WriteAsync(bytes);
        context.Response.Close();
    }

    private (int Status, string Body) Answer(string call, HttpListenerRequest request, byte[] content)
    {
        try
        {
            JsonObject? answer = call switch
            {
                "GET experiments/get-by-name" => GetExperiment(MlflowRules.Parameter(request, "experiment_name")),
                "GET runs/get" => GetRun(MlflowRules.Parameter(request, "run_id")),
                "POST experiments/create" => CreateExperiment(MlflowRules.Body(request, content)),
                "POST runs/create" => CreateRun(MlflowRules.Body(request, content)),
                "POST runs/log-batch" => LogBatch(MlflowRules.Body(request, content)),
                "POST runs/update" => UpdateRun(MlflowRules.Body(request, content)),
                _ => null,
            };
            return answer is null ? (404, "<!doctype html>\n<title>404 Not Found</title>") : (200, answer.ToJsonString());
        }
        catch (MlflowRefusal refusal)
        {
            return (refusal.Status, new JsonObject { ["error_code"] = refusal.Code, ["message"] = refusal.Message }.ToJsonString());
        }
    }

    private JsonObject GetExperiment(string name)
    {
        MlflowExperiment found = Experiments.Find(experiment => experiment.Name == name) ?? throw MlflowRefusal.Missing($"No experiment is named '{name}'");
        return new JsonObject
        {
            ["experiment"] = new JsonObject
            {
                ["experiment_id"] = found.Id,
                ["name"] = found.Name,
                ["lifecycle_stage"] = Stage(found.IsDeleted),
            },
        };
    }

    private JsonObject CreateExperiment(JsonObject body)
    {
        string name = MlflowRules.Text(body, "name");

        // A deleted one holds its name.
        if (Experiments.Exists(experiment => experiment.Name == name))
        {
            throw new MlflowRefusal(400, "RESOURCE_ALREADY_EXISTS", $"The experiment '{name}' is there already");
        }

        MlflowExperiment made = new($"{Experiments.Count}", name);
        Experiments.Add(made);
        return new JsonObject { ["experiment_id"] = made.Id };
    }

    private JsonObject GetRun(string id) => new() { ["run"] = new JsonObject { ["info"] = Info(Find(id)) } };

    private JsonObject CreateRun(JsonObject body)
    {
        string id = MlflowRules.Text(body, "experiment_id");
        MlflowExperiment experiment = Experiments.Find(experiment => experiment.Id == id) ?? throw MlflowRefusal.Missing($"No experiment has the id '{id}'");
        RequireActive(experiment.IsDeleted, $"experiment {id}");
        MlflowRun run = new($"{Runs.Count + 1:x32}", id, MlflowRules.Text(body, "run_name"), MlflowRules.Time(body, "start_time"));
        Store(MlflowRules.Tags(body), run.Tags);
        Runs.Add(run);
        return new JsonObject { ["run"] = new JsonObject { ["info"] = Info(run) } };
    }

    private JsonObject LogBatch(JsonObject body)
    {
        MlflowRun run = Find(MlflowRules.Text(body, "run_id"));
        RequireActive(run.IsDeleted, $"run {run.Id}");
        MlflowValue[] metrics = MlflowRules.Metrics(body);
        KeyValuePair<string, string>[] values = MlflowRules.Params(body);
        KeyValuePair<string, string>[] tags = MlflowRules.Tags(body);
        MlflowRules.RequireTotal(metrics.Length + values.Length + tags.Length);
        if (Array.Find(values, pair => run.Params.TryGetValue(pair.Key, out string? old) && old != pair.Value) is { Key: { } changed })
        {
            throw MlflowRefusal.Invalid($"The param '{changed}' has another value already");
        }

        run.Metrics.AddRange(metrics);
        Store(values, run.Params);
        Store(tags, run.Tags);
        return [];
    }

    private JsonObject UpdateRun(JsonObject body)
    {
        MlflowRun run = Find(MlflowRules.Text(body, "run_id"));
        RequireActive(run.IsDeleted, $"run {run.Id}");
        run.Status = MlflowRules.Status(body);
        run.EndTime = body.ContainsKey("end_time") ? MlflowRules.Time(body, "end_time") : run.EndTime;
        return new JsonObject { ["run_info"] = Info(run) };
    }

    private MlflowRun Find(string id) => Runs.Find(run => run.Id == id) ?? throw MlflowRefusal.Missing($"No run has the id '{id}'");

    private static JsonObject Info(MlflowRun run) => new()
    {
        ["run_id"] = run.Id,
        ["run_name"] = run.Name,
        ["experiment_id"] = run.Experiment,
        ["status"] = run.Status,
        ["start_time"] = run.StartTime,
        ["end_time"] = run.EndTime,
        ["lifecycle_stage"] = Stage(run.IsDeleted),
    };

    private static void Store(IEnumerable<KeyValuePair<string, string>> pairs, Dictionary<string, string> into)
    {
        foreach ((string key, string value) in pairs)
        {
            into[key] = value;
        }
    }

    private static string Stage(bool isDeleted) => isDeleted ? "deleted" : "active";

    private static void RequireActive(bool isDeleted, string what)
    {
        if (isDeleted)
        {
            throw MlflowRefusal.Invalid($"The {what} is deleted");
        }
    }
}
