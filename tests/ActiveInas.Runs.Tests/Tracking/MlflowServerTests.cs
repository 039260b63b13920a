using System.Net;
using System.Text;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Runs.Tests.Tracking;

/// <summary>The tests' server refuses what MLflow refuses: otherwise the tests that use it would prove little.</summary>
public sealed class MlflowServerTests : IDisposable
{
    private const string Metric = "{\"key\":\"k\",\"value\":1,\"timestamp\":1700000000000,\"step\":0}";
    private readonly MlflowServer _server = new();
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "more than 1000", $"\"metrics\":[{Many(Metric, 1001)}]" },
        { "more than 100", $"\"params\":[{Params(101)}]" },
        { "more than 100", $"\"tags\":[{Params(101)}]" },
        { "1001 items", $"\"metrics\":[{Many(Metric, 951)}],\"params\":[{Params(50)}]" },
        { "bytes", $"\"params\":[{{\"key\":\"k\",\"value\":\"{new string('x', 1_000_000)}\"}}]" },
        { "no finite number", $"\"metrics\":[{Metric.Replace("1,", "\"NaN\",", StringComparison.Ordinal)}]" },
        { "no finite number", $"\"metrics\":[{Metric.Replace("1,", "1e999,", StringComparison.Ordinal)}]" },
        { "no JSON", $"\"metrics\":[{Metric.Replace("1,", "NaN,", StringComparison.Ordinal)}]" },
        { "no whole number", $"\"metrics\":[{Metric.Replace("\"step\":0", "\"step\":0.5", StringComparison.Ordinal)}]" },
        { "no whole number", $"\"metrics\":[{Metric.Replace("1700000000000", "1.7e12", StringComparison.Ordinal)}]" },
        { "no milliseconds", $"\"metrics\":[{Metric.Replace("1700000000000", "1700000000", StringComparison.Ordinal)}]" },
        { "not allowed", $"\"metrics\":[{Metric.Replace("\"k\"", "\"A(1,2)\"", StringComparison.Ordinal)}]" },
        { "not allowed", "\"params\":[{\"key\":\"a:b\",\"value\":\"\"}]" },
        { "as a path", "\"params\":[{\"key\":\"a//b\",\"value\":\"\"}]" },
        { "as a path", "\"params\":[{\"key\":\"a/..\",\"value\":\"\"}]" },
        { "is empty", "\"params\":[{\"key\":\"\",\"value\":\"\"}]" },
        { "more than 250", $"\"params\":[{{\"key\":\"{new string('k', 251)}\",\"value\":\"\"}}]" },
        { "longer than 500", $"\"params\":[{{\"key\":\"k\",\"value\":\"{new string('x', 501)}\"}}]" },
        { "no string", "\"params\":[{\"key\":\"k\",\"value\":1}]" },
        { "there twice", "\"params\":[{\"key\":\"k\",\"value\":\"1\"},{\"key\":\"k\",\"value\":\"1\"}]" },
        { "another value", "\"params\":[{\"key\":\"known\",\"value\":\"2\"}]" },
        { "no array", "\"params\":null" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_not_allowed_is_refused_and_not_kept(string reason, string items)
    {
        MlflowRun run = Add();
        (HttpStatusCode status, string answer) = await PostAsync("runs/log-batch", $"{{\"run_id\":\"{run.Id}\",{items}}}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("\"error_code\":\"INVALID_PARAMETER_VALUE\"", answer, StringComparison.Ordinal);
        Assert.Contains(reason, answer, StringComparison.Ordinal);
        Assert.Empty(run.Metrics);
        Assert.Equal(["known"], run.Params.Keys);
    }

    [Fact]
    public async Task What_just_fits_is_kept()
    {
        MlflowRun run = Add();
        (HttpStatusCode status, _) = await PostAsync("runs/log-batch", $"{{\"run_id\":\"{run.Id}\",\"metrics\":[{Many(Metric, 900)}],\"params\":[{Params(100)}]}}");
        Assert.Equal((HttpStatusCode.OK, 900, 101), (status, run.Metrics.Count, run.Params.Count));
        (status, _) = await PostAsync("runs/log-batch", $"{{\"run_id\":\"{run.Id}\",\"params\":[{{\"key\":\"known\",\"value\":\"1\"}}]}}");
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Theory]
    [InlineData("runs/log-batch", "{\"run_id\":\"nothere\"}", HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST")]
    [InlineData("runs/create", "{\"experiment_id\":\"nothere\"}", HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST")]
    [InlineData("experiments/create", "{\"name\":\"Default\"}", HttpStatusCode.BadRequest, "RESOURCE_ALREADY_EXISTS")]
    [InlineData("experiments/create", "{}", HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE")]
    [InlineData("runs/update", "{\"run_id\":\"run\",\"status\":\"DONE\"}", HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE")]
    [InlineData("runs/update", "{\"run_id\":\"run\",\"status\":\"FINISHED\",\"end_time\":null}", HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE")]
    public async Task A_refusal_carries_its_code(string call, string body, HttpStatusCode status, string code)
    {
        Add();
        (HttpStatusCode answered, string answer) = await PostAsync(call, body);
        Assert.Equal(status, answered);
        Assert.Contains($"\"error_code\":\"{code}\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_run_is_shown_but_takes_nothing()
    {
        MlflowRun run = Add();
        run.IsDeleted = true;
        Assert.Contains("\"lifecycle_stage\":\"deleted\"", await _http.GetStringAsync(new Uri($"{_server.Address}/api/2.0/mlflow/runs/get?run_id={run.Id}")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("runs/log-batch", $"{{\"run_id\":\"{run.Id}\"}}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("runs/update", $"{{\"run_id\":\"{run.Id}\",\"status\":\"FINISHED\"}}")).Status);
    }

    private static string Many(string item, int count) => string.Join(',', Enumerable.Repeat(item, count));

    private static string Params(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $"{{\"key\":\"p{i}\",\"value\":\"\"}}"));

    private MlflowRun Add()
    {
        MlflowRun run = new("run", "0", "name", 1_700_000_000_000);
        run.Params["known"] = "1";
        _server.Runs.Add(run);
        return run;
    }

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string call, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _http.PostAsync(new Uri($"{_server.Address}/api/2.0/mlflow/{call}"), content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
