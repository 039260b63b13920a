using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActiveInas.Tracking;

/// <summary>A value at a step.</summary>
/// <param name="Key">Name, as MLflow allows it.</param>
/// <param name="Value">Finite.</param>
/// <param name="Timestamp">Milliseconds since 1970, UTC.</param>
/// <param name="Step">Labels or SGD steps.</param>
public readonly record struct MlflowMetric(string Key, double Value, long Timestamp, long Step);

/// <summary>The few calls of MLflow's REST interface that tracking needs (mlflow.org, REST API 2.0).</summary>
/// <remarks>A request holds at most 1,000 metrics, 100 params and 1 MB. Requests that the server was too busy for are sent again.</remarks>
/// <param name="http">Sends the requests.</param>
/// <param name="server">Address of the server, without /api.</param>
public sealed class MlflowClient(HttpClient http, Uri server)
{
    /// <summary>Metrics of one request.</summary>
    public const int MostMetrics = 1000;

    /// <summary>Params of one request.</summary>
    public const int MostParams = 100;

    /// <summary>Letters of the value of a param: what every version of the server takes.</summary>
    public const int LongestParam = 500;

    private const string Api = "api/2.0/mlflow/";
    private const int Attempts = 4;
    private const string DoesNotExist = "RESOURCE_DOES_NOT_EXIST";
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(250);
    private readonly Uri _base = new(server.AbsoluteUri.TrimEnd('/') + '/');

    /// <summary>A client that signs in as MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or with MLFLOW_TRACKING_TOKEN, where they are set.</summary>
    public static HttpClient CreateHttp()
    {
        HttpClient http = new() { Timeout = TimeSpan.FromSeconds(60) };
        string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
        if (Variable("MLFLOW_TRACKING_USERNAME") is { } user)
        {
            string credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{Variable("MLFLOW_TRACKING_PASSWORD")}"));
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        }
        else if (Variable("MLFLOW_TRACKING_TOKEN") is { } token)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return http;
    }

    /// <summary>The id of an experiment, which is made where it is missing.</summary>
    public async Task<string> ExperimentAsync(string name, CancellationToken cancellation)
    {
        JsonObject? found = await SendAsync(
            HttpMethod.Get, $"experiments/get-by-name?experiment_name={Uri.EscapeDataString(name)}", null, cancellation, missingIsNull: true).ConfigureAwait(false);
        if (found is not null)
        {
            return Text(found["experiment"]?["experiment_id"], "experiment.experiment_id");
        }

        JsonObject made = await PostAsync("experiments/create", new JsonObject { ["name"] = name }, cancellation).ConfigureAwait(false);
        return Text(made["experiment_id"], "experiment_id");
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
        return Text(made["run"]?["info"]?["run_id"], "run.info.run_id");
    }

    /// <summary>Whether the server knows a run.</summary>
    public async Task<bool> HasRunAsync(string run, CancellationToken cancellation)
        => await SendAsync(HttpMethod.Get, $"runs/get?run_id={Uri.EscapeDataString(run)}", null, cancellation, missingIsNull: true).ConfigureAwait(false) is not null;

    /// <summary>Records params, in as many requests as they need. Values that are too long are cut.</summary>
    public async Task LogParamsAsync(string run, IReadOnlyList<(string Key, string Value)> values, CancellationToken cancellation)
    {
        foreach ((string Key, string Value)[] part in values.Select(pair => (pair.Key, pair.Value.Length > LongestParam ? pair.Value[..LongestParam] : pair.Value)).Chunk(MostParams))
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
        => PostAsync("runs/update", new JsonObject { ["run_id"] = run, ["status"] = status, ["end_time"] = endTime }, cancellation);

    private static JsonArray Pairs(IEnumerable<(string Key, string Value)> pairs)
        => new([.. pairs.Select(pair => new JsonObject { ["key"] = pair.Key, ["value"] = pair.Value })]);

    private static string Text(JsonNode? node, string what)
        => node is JsonValue value && value.TryGetValue(out string? text) ? text : throw new TrackingException($"The answer of the MLflow server has no {what}: is this the address of an MLflow server?");

    private async Task<JsonObject> PostAsync(string call, JsonObject body, CancellationToken cancellation)
        => (await SendAsync(HttpMethod.Post, call, body, cancellation).ConfigureAwait(false))!;

    private async Task<JsonObject?> SendAsync(HttpMethod method, string call, JsonObject? body, CancellationToken cancellation, bool missingIsNull = false)
    {
        for (int attempt = 1; ; attempt++)
        {
            using HttpRequestMessage request = new(method, new Uri(_base, Api + call));
            if (body is not null)
            {
                request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            }

            try
            {
                using HttpResponseMessage response = await http.SendAsync(request, cancellation).ConfigureAwait(false);
                string text = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
                if (response.IsSuccessStatusCode)
                {
                    return Parse(text) ?? throw new TrackingException($"{request.RequestUri} answered {Short(text)}, which is no JSON object: is this the address of an MLflow server?");
                }

                JsonObject? error = Parse(text);
                if (missingIsNull && response.StatusCode == HttpStatusCode.NotFound && Code(error) == DoesNotExist)
                {
                    return null;
                }

                if (attempt == Attempts || !IsPassing(response.StatusCode))
                {
                    string what = error is null ? Short(text) : $"{Code(error)}: {(error["message"] as JsonValue)?.ToString()}";
                    throw new TrackingException($"The MLflow server refused {call.Split('?')[0]} ({(int)response.StatusCode} {what}).");
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                if (attempt == Attempts)
                {
                    throw new TrackingException($"The MLflow server at {_base} cannot be reached: {exception.Message} Check the address (--mlflow or MLFLOW_TRACKING_URI).", exception);
                }
            }

            await Task.Delay(s_firstPause * Math.Pow(2, attempt - 1), cancellation).ConfigureAwait(false);
        }
    }

    private static bool IsPassing(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)status >= 500;

    private static string? Code(JsonObject? error) => (error?["error_code"] as JsonValue)?.ToString();

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

    private static string Short(string text) => text.Length > 120 ? text[..120] + "..." : text;
}

/// <summary>A tracking server that cannot be used, with its address and what it said.</summary>
public sealed class TrackingException : Exception
{
    /// <inheritdoc/>
    public TrackingException(string message)
        : base(message)
    {
    }

    /// <inheritdoc/>
    public TrackingException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <inheritdoc/>
    public TrackingException()
    {
    }
}
