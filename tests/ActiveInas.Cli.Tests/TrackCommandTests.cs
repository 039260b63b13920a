using System.Text.Json.Nodes;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Cli.Tests;

/// <summary>A tiny run copied to an MLflow server by the command.</summary>
public sealed class TrackCommandTests(FinishedRun run) : IClassFixture<FinishedRun>, IDisposable
{
    private readonly MlflowServer _server = new();

    public void Dispose() => _server.Dispose();

    [SkippableFact]
    public async Task Without_an_address_it_says_how_to_give_one()
    {
        Skip.If(Environment.GetEnvironmentVariable("MLFLOW_TRACKING_URI") is { Length: > 0 }, "MLFLOW_TRACKING_URI is set here");
        CliResult result = await Cli.InvokeAsync("track", run.Folder);
        AssertError(1, result);
        Assert.Contains("--mlflow is missing", result.Error, StringComparison.Ordinal);
        Assert.Contains("MLFLOW_TRACKING_URI", result.Error, StringComparison.Ordinal);
        Assert.Contains("ainas track --help", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:5000", "--mlflow '127.0.0.1:5000' is no address")]
    [InlineData("databricks", "--mlflow 'databricks' is no address")]
    [InlineData("sqlite:///mlflow.db", "--mlflow 'sqlite:///mlflow.db' is no address")]
    [InlineData("", "--mlflow is missing")]
    [InlineData("http://me:secret@127.0.0.1:5000", "MLFLOW_TRACKING_PASSWORD")]
    public async Task An_address_that_cannot_be_used_is_refused(string address, string problem)
    {
        CliResult result = await Cli.InvokeAsync("track", run.Folder, "--mlflow", address);
        AssertError(1, result);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_copied_and_told_as_one_document()
    {
        CliResult first = await Cli.InvokeAsync("track", run.Folder, "--mlflow", _server.Address, "--json");
        Assert.Equal((0, ""), (first.Code, first.Error));
        MlflowRun tracked = Assert.Single(_server.Runs);
        Assert.Equal(1, (int)first.Json["schema_version"]!);
        Assert.Equal(_server.Address + "/", (string)first.Json["server"]!);
        Assert.Equal((run.Folder, tracked.Id, tracked.Metrics.Count, true), Told(first));
        Assert.Equal("ainas", _server.Experiments.Single(experiment => experiment.Id == tracked.Experiment).Name);
        Assert.Equal(("FINISHED", "shapes"), (tracked.Status, tracked.Params["data"]));
        Assert.Equal(
            run.Result.Json["rounds"]!.AsArray().Select(round => ((long)round!["labels"]!, (double)round["test_accuracy"]!)),
            tracked.Metrics.Where(metric => metric.Key == "test_accuracy").Select(metric => (metric.Step, metric.Value)));
        Assert.Contains(tracked.Metrics, metric => metric.Key == "round-03/train/loss");

        CliResult second = await Cli.InvokeAsync("track", run.Folder, "--mlflow", _server.Address, "--json");
        Assert.Equal((0, (run.Folder, tracked.Id, 0, false)), (second.Code, Told(second)));
    }

    [Fact]
    public async Task People_read_what_was_sent()
    {
        CliResult first = await Cli.InvokeAsync("track", run.Folder, "--mlflow", _server.Address, "--name", "ours");
        MlflowRun tracked = Assert.Single(_server.Runs);
        Assert.Equal("ours", _server.Experiments[^1].Name);
        Assert.Equal($"new on the server  {run.Folder} as {tracked.Id}: {tracked.Metrics.Count} values\n", first.Out);
        CliResult second = await Cli.InvokeAsync("track", run.Folder, "--mlflow", _server.Address, "--name", "ours");
        Assert.Equal($"updated            {run.Folder} as {tracked.Id}: 0 values\n", second.Out);
    }

    [Fact]
    public async Task The_runs_of_an_experiment_are_copied_under_its_name_and_their_labels()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["both.json"], """{ "title": "both", "run": { "data": "shapes" }, "seeds": [1], "grids": [ { "query": ["random", "coreset"] } ] }""");
        string[] small =
        [
            "imageSize=4", "space=2,1", "architecture=A(1,1)", "initial=12", "batch=12", "budget=12", "recipe.batchSize=8",
            "recipe.training.epochs=1", "recipe.training.minimumSteps=3",
        ];
        CliResult made = await Cli.InvokeAsync(["experiment", folder["both.json"], "--out", folder["both"], .. small.SelectMany(setting => new[] { "--set", setting })]);
        Assert.Equal(0, made.Code);

        CliResult result = await Cli.InvokeAsync("track", folder["both"], "--mlflow", _server.Address, "--json");
        Assert.Equal((0, 2), (result.Code, result.Json["runs"]!.AsArray().Count));
        Assert.Equal("both", _server.Experiments[^1].Name);
        Assert.Equal(["random, seed 1", "coreset, seed 1"], _server.Runs.Select(tracked => tracked.Name));
    }

    [Fact]
    public async Task A_server_that_refuses_ends_with_3_and_one_line()
    {
        _server.Instead = call => call == "runs/create" ? (400, "{\"error_code\":\"INVALID_PARAMETER_VALUE\",\"message\":\"not\\nhere\"}") : null;
        CliResult result = await Cli.InvokeAsync("track", run.Folder, "--mlflow", _server.Address, "--json");
        AssertError(3, result);
        Assert.Equal($"error: The MLflow server at {_server.Address}/ refused runs/create (400 INVALID_PARAMETER_VALUE: not here).\n", result.Error);
        Assert.Contains("   at ", (await Cli.InvokeAsync("track", run.Folder, "--mlflow", _server.Address, "--verbose")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_something_else_ends_with_3_and_one_line()
    {
        _server.Instead = _ => (200, "<!doctype html>\n<html>\n  <title>Some other site</title>");
        CliResult result = await Cli.InvokeAsync("track", run.Folder, "--mlflow", _server.Address);
        AssertError(3, result);
        Assert.Contains("is this the address of an MLflow server?", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_gone_ends_with_3_and_one_line()
    {
        _server.Dispose();
        CliResult result = await Cli.InvokeAsync("track", run.Folder, "--mlflow", _server.Address);
        AssertError(3, result);
        Assert.Contains("cannot be reached", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_run_ends_with_2()
    {
        using TemporaryFolder folder = new();
        AssertError(2, await Cli.InvokeAsync("track", folder.Path, "--mlflow", _server.Address));
        AssertError(2, await Cli.InvokeAsync("track", "nothere", "--mlflow", _server.Address));
        Assert.Empty(_server.Calls);
    }

    [Fact]
    public async Task A_damaged_memory_ends_with_2_and_names_the_file()
    {
        string path = Path.Combine(run.Folder, "mlflow.json");
        File.WriteAllText(path, "{");
        CliResult result = await Cli.InvokeAsync("track", run.Folder, "--mlflow", _server.Address);
        File.Delete(path);
        AssertError(2, result);
        Assert.Contains($"{path} is damaged", result.Error, StringComparison.Ordinal);
    }

    private static (string Folder, string Run, int Metrics, bool New) Told(CliResult result)
    {
        JsonNode told = Assert.Single(result.Json["runs"]!.AsArray())!;
        return ((string)told["folder"]!, (string)told["mlflow_run"]!, (int)told["metrics"]!, (bool)told["new"]!);
    }

    private static void AssertError(int code, CliResult result)
    {
        Assert.Equal((code, ""), (result.Code, result.Out));
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(result.Error.Length - 1, result.Error.IndexOf('\n', StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }
}
