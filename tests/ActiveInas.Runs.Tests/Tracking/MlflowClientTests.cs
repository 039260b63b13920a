using System.Net;
using System.Net.Sockets;
using ActiveInas.Runs.Tracking;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Runs.Tests.Tracking;

/// <summary>Single calls: what is split, asked again, refused and said.</summary>
public sealed class MlflowClientTests : IDisposable
{
    private const string Html = "<!doctype html>\n<html lang=en>\n  <title>Some other site</title>";
    private readonly MlflowServer _server = new();
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task An_experiment_is_made_once()
    {
        string name = "a/b & ü?";
        string id = await Client().ExperimentAsync(name, default);
        Assert.Equal(id, await Client().ExperimentAsync(name, default));
        Assert.Equal(name, _server.Experiments[^1].Name);
        Assert.Equal(["experiments/get-by-name", "experiments/create", "experiments/get-by-name"], _server.Calls);
    }

    [Fact]
    public async Task An_experiment_that_another_process_makes_meanwhile_is_taken()
    {
        _server.Instead = call =>
        {
            if (call == "experiments/create" && _server.Experiments.Count == 1)
            {
                _server.Experiments.Add(new MlflowExperiment("7", "ours"));
            }

            return null;
        };
        Assert.Equal("7", await Client().ExperimentAsync("ours", default));
    }

    [Fact]
    public async Task A_deleted_experiment_is_told_apart()
    {
        _server.Experiments.Add(new MlflowExperiment("7", "ours") { IsDeleted = true });
        TrackingException error = await Assert.ThrowsAsync<TrackingException>(() => Client().ExperimentAsync("ours", default));
        Assert.Equal("The experiment 'ours' is deleted on the MLflow server, which still holds its name: restore it there, or give another name (`mlflowExperiment`).", error.Message);
    }

    [Fact]
    public async Task More_params_than_a_request_holds_are_split_and_long_values_cut()
    {
        MlflowClient client = Client();
        MlflowRun run = await RunAsync(client);
        (string, string)[] values = [.. Enumerable.Range(0, 247).Select(i => ($"p{i}", $"{i}")), ("long", new string('x', 501)), ("pair", new string('x', 499) + "😀"), ("none", "")];
        await client.LogParamsAsync(run.Id, values, default);
        Assert.Equal(3, _server.Calls.Count(call => call == "runs/log-batch"));
        Assert.Equal(250, run.Params.Count);
        Assert.Equal(("246", new string('x', 500), new string('x', 499), ""), (run.Params["p246"], run.Params["long"], run.Params["pair"], run.Params["none"]));
    }

    [Fact]
    public async Task The_largest_requests_are_small_enough()
    {
        MlflowClient client = Client();
        MlflowRun run = await RunAsync(client);
        string key = new('k', 246);
        await client.LogParamsAsync(run.Id, [.. Enumerable.Range(1000, 100).Select(i => ($"{key}{i}", new string('犬', 500)))], default);
        await client.LogMetricsAsync(run.Id, [.. Enumerable.Range(1000, 1000).Select(i => new MlflowMetric($"{key}{i}", -double.Epsilon, 1_700_000_000_000, long.MaxValue))], default);
        Assert.Equal((100, 1000), (run.Params.Count, run.Metrics.Count));
        Assert.Equal(new MlflowValue($"{key}1999", -double.Epsilon, 1_700_000_000_000, long.MaxValue), run.Metrics[^1]);
    }

    [Theory]
    [InlineData(503, "Service Unavailable")]
    [InlineData(429, "{\"error_code\":\"REQUEST_LIMIT_EXCEEDED\",\"message\":\"slowly\"}")]
    [InlineData(500, "{\"error_code\":\"INTERNAL_ERROR\",\"message\":\"busy\"}")]
    [InlineData(408, "")]
    public async Task A_request_that_the_server_was_too_busy_for_is_sent_again(int status, string body)
    {
        int left = 3;
        _server.Instead = _ => left-- > 0 ? (status, body) : null;
        Assert.Equal("1", await Client().ExperimentAsync("ours", default));
        Assert.Equal(5, _server.Calls.Count);
    }

    [Fact]
    public async Task A_server_that_stays_busy_is_told()
    {
        _server.Instead = _ => (503, "Service Unavailable");
        TrackingException error = await Assert.ThrowsAsync<TrackingException>(() => Client().ExperimentAsync("ours", default));
        Assert.Equal($"The MLflow server at {_server.Address}/ refused experiments/get-by-name (503 Service Unavailable). It was asked 4 times: try again later.", error.Message);
        Assert.Equal(4, _server.Calls.Count);
    }

    [Fact]
    public async Task A_refused_request_is_told_with_call_status_and_message_at_once()
    {
        MlflowClient client = Client();
        MlflowRun run = await RunAsync(client);
        _server.Calls.Clear();
        TrackingException error = await Assert.ThrowsAsync<TrackingException>(
            () => client.LogMetricsAsync(run.Id, [new MlflowMetric("a(b)", 1, 1_700_000_000_000, 0)], default));
        Assert.Equal(
            $"The MLflow server at {_server.Address}/ refused runs/log-batch (400 INVALID_PARAMETER_VALUE: The key 'a(b)' has a letter that is not allowed).", error.Message);
        Assert.Equal(["runs/log-batch"], _server.Calls);
        error = await Assert.ThrowsAsync<TrackingException>(() => client.UpdateRunAsync("nothere", "FINISHED", null, default));
        Assert.Contains("refused runs/update (404 RESOURCE_DOES_NOT_EXIST: ", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<TrackingException>(() => client.UpdateRunAsync(run.Id, "DONE", null, default));
        Assert.Contains("refused runs/update (400 INVALID_PARAMETER_VALUE: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "You are not authenticated.", "(401 You are not authenticated.). Sign in with MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or with MLFLOW_TRACKING_TOKEN.")]
    [InlineData(403, "{\"error_code\":\"PERMISSION_DENIED\",\"message\":\"no\"}", "(403 PERMISSION_DENIED: no). Sign in with MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or with MLFLOW_TRACKING_TOKEN.")]
    [InlineData(404, "{\"detail\":\"Not Found\"}", "(404 {\"detail\":\"Not Found\"}). Is this the address of an MLflow server?")]
    [InlineData(404, "", "(404 nothing). Is this the address of an MLflow server?")]
    [InlineData(404, Html, "(404 <!doctype html> <html lang=en> <title>Some other site</title>). Is this the address of an MLflow server?")]
    public async Task A_refusal_says_what_to_do(int status, string body, string end)
    {
        _server.Instead = _ => (status, body);
        TrackingException error = await Assert.ThrowsAsync<TrackingException>(() => Client().ExperimentAsync("ours", default));
        Assert.EndsWith(end, error.Message, StringComparison.Ordinal);
        Assert.Single(_server.Calls);
    }

    [Theory]
    [InlineData(Html)]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"experiment\":\"x\"}")]
    [InlineData("{\"experiment\":{\"experiment_id\":1}}")]
    public async Task An_address_of_something_else_is_told(string body)
    {
        _server.Instead = _ => (200, body);
        TrackingException error = await Assert.ThrowsAsync<TrackingException>(() => Client().ExperimentAsync("ours", default));
        Assert.EndsWith("is this the address of an MLflow server?", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task An_address_where_nobody_listens_is_told()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        MlflowClient client = new(_http, new Uri($"http://127.0.0.1:{port}")) { FirstPause = TimeSpan.FromMilliseconds(1) };
        TrackingException error = await Assert.ThrowsAsync<TrackingException>(() => client.ExperimentAsync("ours", default));
        Assert.StartsWith($"The MLflow server at http://127.0.0.1:{port}/ cannot be reached: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(". Check the address (`mlflow` or MLFLOW_TRACKING_URI).", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_told()
    {
        using SemaphoreSlim never = new(0);
        using HttpClient http = new() { Timeout = TimeSpan.FromMilliseconds(50) };
        _server.Instead = _ =>
        {
            never.Wait();
            return null;
        };
        MlflowClient client = new(http, new Uri(_server.Address)) { FirstPause = TimeSpan.FromMilliseconds(1) };
        TrackingException error = await Assert.ThrowsAsync<TrackingException>(() => client.ExperimentAsync("ours", default));
        never.Release(10);
        Assert.Contains("cannot be reached: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_is_no_failure_and_is_not_tried_again()
    {
        using CancellationTokenSource stop = new();
        _server.Instead = _ =>
        {
            stop.Cancel();
            return (503, "");
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client().ExperimentAsync("ours", stop.Token));
        Assert.Single(_server.Calls);
    }

    [Fact]
    public async Task A_server_below_a_path_is_found()
    {
        _server.Instead = call => call == "/team/mlflow/api/2.0/mlflow/experiments/get-by-name" ? (200, "{\"experiment\":{\"experiment_id\":\"3\"}}") : (404, "");
        foreach (string end in (string[])["/team/mlflow", "/team/mlflow/"])
        {
            Assert.Equal("3", await new MlflowClient(_http, new Uri(_server.Address + end)).ExperimentAsync("ours", default));
        }
    }

    [Theory]
    [InlineData("me", "pass:wörd", "token", "Basic bWU6cGFzczp3w7ZyZA==")]
    [InlineData(null, null, "token", "Bearer token")]
    [InlineData("me", null, "token", "Bearer token")]
    [InlineData("me", "", "", "")]
    [InlineData("", "", null, "")]
    public async Task The_environment_signs_in(string? user, string? password, string? token, string header)
    {
        using HttpClient http = MlflowClient.CreateHttp(name => name switch
        {
            "MLFLOW_TRACKING_USERNAME" => user,
            "MLFLOW_TRACKING_PASSWORD" => password,
            "MLFLOW_TRACKING_TOKEN" => token,
            _ => null,
        });
        await new MlflowClient(http, new Uri(_server.Address)).ExperimentAsync("ours", default);
        Assert.All(_server.Authorizations, sent => Assert.Equal(header, sent));
    }

    private async Task<MlflowRun> RunAsync(MlflowClient client)
    {
        string id = await client.CreateRunAsync("0", "name", 1_700_000_000_000, [], default);
        return _server.Runs.Single(run => run.Id == id);
    }

    private MlflowClient Client() => new(_http, new Uri(_server.Address)) { FirstPause = TimeSpan.FromMilliseconds(1) };
}
