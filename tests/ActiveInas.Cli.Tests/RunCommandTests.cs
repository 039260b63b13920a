using System.Text.Json.Nodes;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Cli.Tests;

/// <summary>One tiny run on the built-in data set, made once.</summary>
public sealed class FinishedRun : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal CliResult Result { get; private set; } = null!;

    public string Folder => _folder["runs/tiny"];

    public async Task InitializeAsync() => Result = await Cli.InvokeAsync([.. Cli.TinyRun, "--threads", "1", "--out", Folder, "--json"]);

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();
}

public sealed class RunCommandTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    [Fact]
    public void Run_prints_one_document_on_stdout_and_its_stages_on_stderr()
    {
        Assert.Equal((0, "finished"), (run.Result.Code, run.Result.Json["state"]!.GetValue<string>()));
        JsonObject json = run.Result.Json;
        Assert.Equal(1, json["schema_version"]!.GetValue<int>());
        Assert.Equal("shapes", json["data"]!.GetValue<string>());
        Assert.Equal("softmax-response", json["query"]!.GetValue<string>());
        Assert.Equal([24, 36, 48], json["rounds"]!.AsArray().Select(round => round!["labels"]!.GetValue<int>()));
        JsonNode first = json["rounds"]![0]!;
        Assert.Equal(2, first["search"]!["candidates"]!.AsArray().Count);
        Assert.Single(first["search"]!["candidates"]!.AsArray(), candidate => candidate!["chosen"]!.GetValue<bool>());
        Assert.Equal(76_490, first["search"]!["candidates"]![0]!["parameters"]!.GetValue<int>());
        Assert.Null(json["rounds"]![2]!["query"]);
        Assert.InRange(json["auc"]!.GetValue<double>(), 0, 1);
        Assert.Contains("round 1: search", run.Result.Error, StringComparison.Ordinal);
        Assert.Contains("round 3: train", run.Result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Result.Error);
    }

    [Fact]
    public async Task Hours_that_suffice_change_nothing_and_say_so()
    {
        using TemporaryFolder folder = new();
        CliResult result = await Cli.InvokeAsync([.. Cli.TinyRun, "--threads", "1", "--out", folder["run"], "--hours", "90", "--json"]);
        Assert.Equal(0, result.Code);
        Assert.Contains("of 90.0 hours: nothing is left out", result.Error, StringComparison.Ordinal);
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(run.Folder, "model", "model.safetensors")),
            await File.ReadAllBytesAsync(folder["run/model/model.safetensors"]));
    }

    [Fact]
    public async Task Hours_must_be_above_zero_and_enough()
    {
        CliResult none = await Cli.InvokeAsync([.. Cli.TinyRun, "--hours", "0"]);
        Assert.Equal(1, none.Code);
        Assert.Contains("--hours is 0; it must be above 0", none.Error, StringComparison.Ordinal);
        CliResult few = await Cli.InvokeAsync([.. Cli.TinyRun, "--threads", "1", "--hours", "0.0000001"]);
        Assert.Equal(2, few.Code);
        Assert.Contains("hours are too few", few.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_and_show_print_the_same_document()
    {
        CliResult resumed = await Cli.InvokeAsync("resume", run.Folder, "--json");
        CliResult shown = await Cli.InvokeAsync("show", run.Folder, "--json");
        Assert.Equal((0, run.Result.Out), (resumed.Code, resumed.Out));
        Assert.Equal(run.Result.Out, shown.Out);
    }

    [Fact]
    public async Task Show_tells_curve_path_trace_and_files()
    {
        CliResult shown = await Cli.InvokeAsync("show", run.Folder);
        Assert.Equal(0, shown.Code);
        foreach (string part in (string[])["test accuracy", "architecture path", "A(1,1)", "search trace", "validation error", "why", "model/model.safetensors", $"ainas show {run.Folder}"])
        {
            Assert.Contains(part, shown.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Resume_of_a_finished_run_shows_its_curve()
    {
        CliResult resumed = await Cli.InvokeAsync("resume", run.Folder);
        Assert.Equal(0, resumed.Code);
        Assert.Contains("architecture path", resumed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_tells_state_and_last_accuracy()
    {
        string root = Path.GetDirectoryName(run.Folder)!;
        JsonObject row = (await Cli.InvokeAsync("list", root, "--json")).Json["runs"]![0]!.AsObject();
        Assert.Equal("finished", row["state"]!.GetValue<string>());
        Assert.Equal(3, row["rounds"]!.GetValue<int>());
        Assert.Equal(run.Result.Json["run"]!.GetValue<string>(), row["run"]!.GetValue<string>());
        Assert.Equal(
            run.Result.Json["rounds"]![2]!["test_accuracy"]!.GetValue<double>(), row["test_accuracy"]!.GetValue<double>());
        Assert.Contains("finished", (await Cli.InvokeAsync("list", root)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_in_the_same_folder_is_told_to_resume()
    {
        CliResult second = await Cli.InvokeAsync([.. Cli.TinyRun, "--out", run.Folder]);
        Assert.Equal(2, second.Code);
        Assert.Contains($"ainas resume {run.Folder}", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_that_are_missing_end_with_75_and_the_way_to_go_on()
    {
        using TemporaryFolder folder = new();
        CliResult result = await Cli.InvokeAsync([.. Cli.TinyRun, "--out", folder["run"], "--oracle", "file", "--labels", folder["labels.csv"], "--json"]);
        Assert.Equal(75, result.Code);
        Assert.Contains("queries/round_00.csv", result.Error, StringComparison.Ordinal);
        Assert.Contains($"ainas resume {folder["run"]} --labels {folder["labels.csv"]}", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Json["rounds"]!.AsArray());
        Assert.Equal(25, File.ReadAllLines(folder["run/queries/round_00.csv"]).Length);
    }
}
