using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActiveInas.Runs.Tracking;

/// <summary>A value at a step.</summary>
/// <param name="Key">Name, as MLflow allows it.</param>
/// <param name="Value">Finite.</param>
/// <param name="Timestamp">Milliseconds since 1970, UTC.</param>
/// <param name="Step">Labels or SGD steps.</param>
internal readonly record struct MlflowMetric(string Key, double Value, long Timestamp, long Step);

/// <summary>The few calls of MLflow's REST interface that tracking needs (mlflow.org, REST API 2.0).</summary>
/// <remarks>A request holds at most 1,000 metrics, 100 params and 1 MB. Requests that the server was too busy for are sent again.</remarks>
/// <param name="http">Sends the requests.</param>
/// <param name="server">Address of the server, without /api.</param>
internal sealed class MlflowClient(HttpClient http, Uri server)
{
    /// <summary>Metrics of one request.</summary>
    public const int MostMetrics = 1000;

    /// <summary>Params of one request.</summary>
    public const int MostParams = 100;

    /// <summary>Letters of the value of a param: what servers from MLflow 1.28 on take.</summary>
    public const int LongestParam = 500;

    private const string Api = "api/2.0/mlflow/";
    private const int Attempts = 4;
    private const string DoesNotExist = "RESOURCE_DOES_NOT_EXIST";
    private const string AlreadyExists = "RESOURCE_ALREADY_EXISTS";
    private const string UserVariable = "MLFLOW_TRACKING_USERNAME";
    private const string PasswordVariable = "MLFLOW_TRACKING_PASSWORD";
    private const string TokenVariable = "MLFLOW_TRACKING_TOKEN";
    private readonly Uri _base = new(server.AbsoluteUri.TrimEnd('/') + '/');

    /// <summary>The pause before the second attempt of a request; each later one is twice as long.</summary>
    internal TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A client that signs in as MLFLOW_TRACKING_USERNAME with MLFLOW_TRACKING_PASSWORD, or with MLFLOW_TRACKING_TOKEN, where they are set.</summary>
    public static HttpClient CreateHttp() => CreateHttp(Environment.GetEnvironmentVariable);

    /// <inheritdoc cref="CreateHttp()"/>
    /// <param name="environment">The value of a variable, or null.</param>
    internal static HttpClient CreateHttp(Func<string, string?> environment)
    {
        HttpClient http = new() { Timeout = TimeSpan.FromSeconds(60) };
        string? Variable(string name) => environment(name) is { Length: > 0 } value ? value : null;
        if (Variable(UserVariable) is { } user && Variable(PasswordVariable) is { } password)
        {
            string credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        }
        else if (Variable(TokenVariable) is { } token)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return http;
    }

    /// <summary>The id of an experiment, which is made where it is missing.</summary>
    public async Task<string> ExperimentAsync(string name, CancellationToken cancellation)
    {
        string? id = await FindExperimentAsync(name, cancellation).ConfigureAwait(false);
        if (id is not null)
        {
            return id;
        }

        JsonObject? made = await SendAsync(
            HttpMethod.Post, "experiments/create", new JsonObject { ["name"] = name }, cancellation, nullFor: AlreadyExists).ConfigureAwait(false);
        if (made is not null)
        {
            return Text(made, "experiment_id");
        }

        // Another process made it since, or an earlier attempt whose answer was lost.
        return await FindExperimentAsync(name, cancellation).ConfigureAwait(false)
            ?? throw new TrackingException($"The MLflow server says both that the experiment '{name}' exists and that it does not: look at it there.");
    }

    /// <summary>Makes a run.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> CreateRunAsync(
        string experiment, string name, long startTime, IReadOnlyList<(string Key, string Value)> tags, CancellationToken cancellation)
    {
        JsonObject made = await PostAsync(
            "runs/create",
            new JsonObject { ["experiment_id"] = experiment, ["run_name"] = name, ["start_time"] = startTime, ["tags"] = Pairs(tags) },
            cancellation).ConfigureAwait(false);
        return Text(made, "run.info.run_id");
    }

    /// <summary>Whether the server has a run. A deleted one, which it keeps for a while but changes no more, does not count.</summary>
    public async Task<bool> HasRunAsync(string run, CancellationToken cancellation)
        => await SendAsync(HttpMethod.Get, $"runs/get?run_id={Uri.EscapeDataString(run)}", null, cancellation, nullFor: DoesNotExist).ConfigureAwait(false) is { } found
            && !IsDeleted(found, "run.info");

    /// <summary>Records params, in as many requests as they need. Values that are too long are cut.</summary>
    public async Task LogParamsAsync(string run, IReadOnlyList<(string Key, string Value)> values, CancellationToken cancellation)
    {
        foreach ((string Key, string Value)[] part in values.Select(pair => (pair.Key, Cut(pair.Value))).Chunk(MostParams))
        {
            await PostAsync("runs/log-batch", new JsonObject { ["run_id"] = run, ["params"] = Pairs(part) }, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Records metrics, in as many requests as they need.</summary>
    public async Task LogMetricsAsync(string run, IReadOnlyList<MlflowMetric> metrics, CancellationToken cancellation)
    {
        foreach (MlflowMetric[] part in metrics.Chunk(MostMetrics))
        {
            JsonArray array = new([.. part.Select(metric => new JsonObject
            {
                ["key"] = metric.Key,
                ["value"] = metric.Value,
                ["timestamp"] = metric.Timestamp,
                ["step"] = metric.Step,
            })]);
            await PostAsync("runs/log-batch", new JsonObject { ["run_id"] = run, ["metrics"] = array }, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Says how a run stands.</summary>
    /// <param name="run">Its id.</param>
    /// <param name="status">RUNNING, FINISHED, FAILED or KILLED.</param>
    /// <param name="endTime">Milliseconds since 1970; null while it goes on.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task UpdateRunAsync(string run, string status, long? endTime, CancellationToken cancellation)
    {
        JsonObject body = new() { ["run_id"] = run, ["status"] = status };
        if (endTime is { } time)
        {
            body["end_time"] = time;
        }

        return PostAsync("runs/update", body, cancellation);
    }

    private static JsonArray Pairs(IEnumerable<(string Key, string Value)> pairs)
        => new([.. pairs.Select(pair => new JsonObject { ["key"] = pair.Key, ["value"] = pair.Value })]);

    // Never between the two halves of a letter.
    private static string Cut(string value)
        => value.Length <= LongestParam ? value : value[..(char.IsHighSurrogate(value[LongestParam - 1]) ? LongestParam - 1 : LongestParam)];

    private static string Text(JsonObject answer, string path)
        => Find(answer, path) ?? throw new TrackingException($"The answer of the MLflow server has no {path}: is this the address of an MLflow server?");

    private static string? Find(JsonNode? node, string path)
    {
        foreach (string name in path.Split('.'))
        {
            node = (node as JsonObject)?[name];
        }

        return node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
    }

    private static bool IsDeleted(JsonObject answer, string path) => Find(answer, $"{path}.lifecycle_stage") == "deleted";

    private async Task<string?> FindExperimentAsync(string name, CancellationToken cancellation)
    {
        JsonObject? found = await SendAsync(
            HttpMethod.Get, $"experiments/get-by-name?experiment_name={Uri.EscapeDataString(name)}", null, cancellation, nullFor: DoesNotExist).ConfigureAwait(false);
        if (found is not null && IsDeleted(found, "experiment"))
        {
            throw new TrackingException($"The experiment '{name}' is deleted on the MLflow server, which still holds its name: restore it there, or give another name (`mlflowExperiment`).");
        }

        return found is null ? null : Text(found, "experiment.experiment_id");
    }

    private async Task<JsonObject> PostAsync(string call, JsonObject body, CancellationToken cancellation)
        => (await SendAsync(HttpMethod.Post, call, body, cancellation).ConfigureAwait(false))!;

    /// <param name="method">Of HTTP.</param>
    /// <param name="call">For example runs/create.</param>
    /// <param name="body">Null for none.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="nullFor">The error code that is an answer: null.</param>
    private async Task<JsonObject?> SendAsync(HttpMethod method, string call, JsonObject? body, CancellationToken cancellation, string? nullFor = null)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                (HttpStatusCode status, string text) = await TryAsync(method, call, body, cancellation).ConfigureAwait(false);
                if (attempt == Attempts || !IsPassing(status))
                {
                    return Answer(call, status, text, nullFor);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                if (attempt == Attempts)
                {
                    throw new TrackingException($"The MLflow server at {_base} cannot be reached: {exception.Message.TrimEnd('.')}. Check the address (`mlflow` or MLFLOW_TRACKING_URI).", exception);
                }
            }

            await Task.Delay(FirstPause * Math.Pow(2, attempt - 1), cancellation).ConfigureAwait(false);
        }
    }

    private async Task<(HttpStatusCode Status, string Text)> TryAsync(HttpMethod method, string call, JsonObject? body, CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(method, new Uri(_base, Api + call));
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using HttpResponseMessage response = await http.SendAsync(request, cancellation).ConfigureAwait(false);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false));
    }

    private JsonObject? Answer(string call, HttpStatusCode status, string text, string? nullFor)
    {
        JsonObject? answer = Parse(text);
        if ((int)status is >= 200 and < 300)
        {
            return answer ?? throw new TrackingException($"{_base} answered {Short(text)} to {Name(call)}, which is no JSON object: is this the address of an MLflow server?");
        }

        string? code = Find(answer, "error_code");
        if (code is not null && code == nullFor)
        {
            return null;
        }

        string said = code is null ? Short(text) : $"{code}: {Find(answer, "message")}";
        throw new TrackingException($"The MLflow server at {_base} refused {Name(call)} ({(int)status} {said}).{Remedy(status, code)}");
    }

    private static string Remedy(HttpStatusCode status, string? code) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => $" Sign in with {UserVariable} and {PasswordVariable}, or with {TokenVariable}.",
        _ when IsPassing(status) => $" It was asked {Attempts} times: try again later.",
        _ => code is null ? " Is this the address of an MLflow server?" : "",
    };

    private static bool IsPassing(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)status >= 500;

    private static string Name(string call) => call.Split('?')[0];

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // One line, and not much of it.
    private static string Short(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > 120 ? line[..120] + "..." : line.Length > 0 ? line : "nothing";
    }
}
