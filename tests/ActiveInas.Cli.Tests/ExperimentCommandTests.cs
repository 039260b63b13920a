using System.Diagnostics;
using System.Text.Json.Nodes;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Cli.Tests;

/// <summary>A tiny experiment with the real engine, made once.</summary>
public sealed class FinishedExperiment : IAsyncLifetime, IDisposable
{
    /// <summary>Two methods, one seed, on 4x4 pixels: some seconds.</summary>
    public const string Json =
        """
        {
          "title": "Tiny shapes",
          "run": {
            "data": "shapes", "imageSize": 4, "space": "2,1", "initial": 24, "batch": "12", "budget": 48,
            "recipe.batchSize": 8, "recipe.training.epochs": 1, "recipe.training.minimumSteps": 6, "recipe.candidate.epochs": 1, "recipe.candidate.minimumSteps": 3
          },
          "grids": [ { "query": ["softmax-response", "random"], "seeds": [1] } ]
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public string File => _folder["tiny.json"];

    public string Folder => _folder["tiny"];

    internal CliResult Result { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await System.IO.File.WriteAllTextAsync(File, Json);
        Result = await Cli.InvokeAsync("experiment", File, "--out", Folder, "--json");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();
}

public sealed class ExperimentCommandTests(FinishedExperiment experiment) : IClassFixture<FinishedExperiment>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_experiment_prints_one_document_on_stdout_and_its_stages_on_stderr()
    {
        JsonObject json = experiment.Result.Json;
        Assert.Equal((0, 1, "Tiny shapes"), (experiment.Result.Code, json["schema_version"]!.GetValue<int>(), json["title"]!.GetValue<string>()));
        Assert.Equal(["finished", "finished"], json["cells"]!.AsArray().Select(cell => cell!["state"]!.GetValue<string>()));
        Assert.Equal(["softmax-response", "random"], json["cells"]!.AsArray().Select(cell => cell!["settings"]!["query"]!.GetValue<string>()));
        Assert.All(json["cells"]!.AsArray(), cell => Assert.Equal(48, cell!["labels"]!.GetValue<int>()));
        Assert.Equal(2, json["session"]!["finished"]!.GetValue<int>());
        Assert.Contains("2 runs, 0 finished", experiment.Result.Error, StringComparison.Ordinal);
        Assert.Contains("random, seed 1: finished after", experiment.Result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_again_it_does_nothing_and_a_dry_run_lists_the_states()
    {
        CliResult again = await Cli.InvokeAsync("experiment", experiment.File, "--out", experiment.Folder, "--json");
        Assert.Equal((0, 0), (again.Code, again.Json["session"]!["finished"]!.GetValue<int>()));
        CliResult dry = await Cli.InvokeAsync("experiment", experiment.File, "--out", experiment.Folder, "--dry-run", "--set", "budget=60");
        Assert.Equal(0, dry.Code);
        Assert.Contains("2 missing", dry.Out, StringComparison.Ordinal);
        Assert.Contains("2 finished", (await Cli.InvokeAsync("experiment", experiment.File, "--out", experiment.Folder, "--dry-run")).Out, StringComparison.Ordinal);

        // The folder records what it is about.
        Assert.Contains("2 finished", (await Cli.InvokeAsync("experiment", experiment.Folder, "--dry-run")).Out, StringComparison.Ordinal);
        Assert.Contains("2 missing", (await Cli.InvokeAsync("experiment", experiment.Folder, "--out", _folder["other"], "--dry-run")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_report_is_one_file_with_numbers_and_pictures_beside_it()
    {
        CliResult result = await Cli.InvokeAsync("report", experiment.Folder, "--out", _folder["r/report.html"], "--csv", _folder["csv"], "--json");
        Assert.Equal((0, _folder["r/report.html"]), (result.Code, result.Json["report"]!.GetValue<string>()));
        Assert.Contains("<h1>Tiny shapes</h1>", File.ReadAllText(_folder["r/report.html"]), StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["csv/overview.csv"]));
        Assert.Equal(Directory.GetFiles(_folder["csv"]).Length + 1, result.Json["files"]!.AsArray().Count);

        // By default the report lies in the folder itself; a run of the experiment has a report of its own.
        string run = Path.Combine(experiment.Folder, "cells", experiment.Result.Json["cells"]![0]!["id"]!.GetValue<string>());
        CliResult one = await Cli.InvokeAsync("report", run);
        Assert.Equal(0, one.Code);
        Assert.True(File.Exists(Path.Combine(run, "report.html")));
        Assert.Contains(Path.Combine(run, "report.html"), one.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_shows_experiments_beside_runs_and_the_runs_of_one()
    {
        JsonNode row = (await Cli.InvokeAsync("list", Path.GetDirectoryName(experiment.Folder)!, "--json")).Json["experiments"]![0]!;
        Assert.Equal((experiment.Folder, 2, 2), (row["out"]!.GetValue<string>(), row["runs"]!.GetValue<int>(), row["finished"]!.GetValue<int>()));
        Assert.Contains($"{experiment.Folder}: 2 finished", (await Cli.InvokeAsync("list", Path.GetDirectoryName(experiment.Folder)!)).Out, StringComparison.Ordinal);
        Assert.Contains("softmax-response", (await Cli.InvokeAsync("list", experiment.Folder)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_shows_how_a_finished_experiment_and_run_ended()
    {
        CliResult all = await Cli.InvokeAsync("watch", experiment.Folder, "--json");
        Assert.Equal((0, 2), (all.Code, all.Json["cells"]!.AsArray().Count));
        CliResult run = await Cli.InvokeAsync("watch", Path.Combine(experiment.Folder, "cells", all.Json["cells"]![0]!["id"]!.GetValue<string>()));
        Assert.Equal(0, run.Code);
        Assert.Contains("finished", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Estimate_predicts_a_run_and_an_experiment()
    {
        CliResult run = await Cli.InvokeAsync(["estimate", .. Cli.TinyRun[1..], "--seconds", "0.01", "--threads", "1", "--json"]);
        Assert.Equal((0, 1, 1), (run.Code, run.Json["runs"]!.GetValue<int>(), run.Json["threads"]!.GetValue<int>()));
        foreach (string name in new[] { "seconds", "memory_bytes", "disk_bytes", "peak_disk_bytes" })
        {
            double[] range = [.. new[] { "low_" + name, name, "high_" + name }.Select(key => run.Json[key]!.GetValue<double>())];
            Assert.True(range[0] > 0 && range.SequenceEqual(range.Order()), $"{name}: {string.Join(", ", range)}");
        }

        CliResult done = await Cli.InvokeAsync("estimate", experiment.File, "--out", experiment.Folder, "--seconds", "0.01");
        Assert.Equal(0, done.Code);
        Assert.Contains("0 to do, 2 finished", done.Out, StringComparison.Ordinal);
        CliResult changed = await Cli.InvokeAsync("estimate", experiment.File, "--set", "budget=36", "--seconds", "0.01", "--json");
        Assert.Equal(2, changed.Json["runs"]!.GetValue<int>());
    }

    [Fact]
    public async Task Memory_is_predicted_within_a_factor_of_two()
    {
        CliResult predicted = await Cli.EndAsync(Cli.Start("estimate", experiment.File, "--out", _folder["new"], "--seconds", "0.05", "--jobs", "2", "--json"));
        CliResult actual = await Cli.EndAsync(Cli.Start("experiment", experiment.File, "--out", _folder["new"], "--jobs", "2", "--json"));
        Assert.Equal((0, 0), (predicted.Code, actual.Code));
        double peak = actual.Json["session"]!["peak_memory_bytes"]!.GetValue<double>();
        Assert.InRange(predicted.Json["memory_bytes"]!.GetValue<double>(), peak / 2, peak * 2);
    }

    [Fact]
    public async Task Space_lists_and_draws_the_architectures()
    {
        CliResult json = await Cli.InvokeAsync("space", "--space", "3,2", "--json");
        JsonNode first = json.Json["architectures"]![0]!;
        Assert.Equal(("A(1,1)", 76_490), (first["architecture"]!.GetValue<string>(), first["parameters"]!.GetValue<int>()));
        Assert.Equal(["A(1,2)", "A(2,1)"], first["successors"]!.AsArray().Select(next => next!.GetValue<string>()));
        CliResult grid = await Cli.InvokeAsync("space", "--space", "3,2", "--figures", _folder["space"]);
        Assert.Equal(0, grid.Code);
        Assert.Contains("/> A(1,2)", grid.Out, StringComparison.Ordinal);
        Assert.Contains("A(3,2)", File.ReadAllText(_folder["space/space.svg"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "experiment", "FILE.json is missing")]
    [InlineData(2, "experiment nothere.json", "nothere.json")]
    [InlineData(1, "experiment FILE --jobs -1", "--jobs is -1")]
    [InlineData(2, "experiment FILE --set bugdet=3", "did you mean 'budget'")]
    [InlineData(2, "experiment FILE --out /dev/null/x", "/dev/null/x")]
    [InlineData(1, "estimate FILE --budget 40", "--budget is an option of a run")]
    [InlineData(1, "estimate --seconds 0", "--seconds is 0")]
    [InlineData(2, "estimate --data nothere", "nothere")]
    [InlineData(2, "estimate --image-size 16 --architecture A(1,5)", "does not fit images of 16x16")]
    [InlineData(1, "estimate FILE --jobs -1", "--jobs is -1")]
    [InlineData(1, "estimate FILE --threads -1", "--threads is -1")]
    [InlineData(1, "estimate --data shapes --jobs 2", "--jobs is an option of an experiment")]
    [InlineData(2, "space --figures /dev/null/x", "Make room or choose another place with --figures")]
    [InlineData(2, "space --json --figures /dev/null/x", "Make room or choose another place with --figures")]
    [InlineData(2, "report nothere", "'nothere'")]
    [InlineData(2, "watch nothere", "'nothere'")]
    [InlineData(2, "space --space 0,4", "0,4")]
    [InlineData(1, "space --image-size 2", "--image-size is 2")]
    public async Task What_cannot_work_is_said_in_one_line(int code, string line, string expected)
    {
        CliResult result = await Cli.InvokeAsync([.. line.Split(' ').Select(word => word == "FILE" ? experiment.File : word)]);
        Assert.Equal((code, ""), (result.Code, result.Out));
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("--out", "/dev/null/x/report.html")]
    [InlineData("--out", "FOLDER")]
    [InlineData("--csv", "/dev/null/x")]
    [InlineData("--figures", "/dev/null/x")]
    public async Task A_report_that_cannot_be_written_says_what_to_do(string option, string place)
    {
        Directory.CreateDirectory(_folder["taken"]);
        string[] out1 = option == "--out" ? [] : ["--out", _folder["report.html"]];
        CliResult result = await Cli.InvokeAsync(["report", experiment.Folder, .. out1, option, place == "FOLDER" ? _folder["taken"] : place, "--json"]);
        Assert.Equal((2, ""), (result.Code, result.Out));
        string line = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.StartsWith("error: The report cannot be written: ", line, StringComparison.Ordinal);
        Assert.EndsWith("choose another place with --out, --figures or --csv.", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_of_several_runs_lies_in_the_current_folder()
    {
        string[] runs = [.. experiment.Result.Json["cells"]!.AsArray().Select(cell => cell!["folder"]!.GetValue<string>())];
        using Process process = Cli.StartIn(_folder.Path, ["report", .. runs, "--json"]);
        CliResult result = await Cli.EndAsync(process);
        Assert.Equal((0, "report.html"), (result.Code, result.Json["report"]!.GetValue<string>()));
        Assert.True(File.Exists(_folder["report.html"]));
    }

    [Fact]
    public async Task What_is_damaged_is_listed_apart_and_hides_nothing()
    {
        Directory.CreateDirectory(_folder["broken"]);
        Directory.CreateDirectory(_folder["wrecked"]);
        File.WriteAllText(_folder["broken/experiment.json"], "{ \"schema_version\": 1, \"cells\": 3 ");
        File.WriteAllText(_folder["wrecked/run.db"], new string('x', 5000));
        Directory.CreateSymbolicLink(_folder["good"], experiment.Folder);

        CliResult text = await Cli.InvokeAsync("list", _folder.Path);
        Assert.Equal(0, text.Code);
        Assert.Contains($"{_folder["good"]}: 2 finished", text.Out, StringComparison.Ordinal);
        Assert.Contains($"{_folder["broken"]}: unreadable", text.Out, StringComparison.Ordinal);
        Assert.Matches($"unreadable.*{_folder["wrecked"]}", text.Out);
        string[] lines = text.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"{_folder["wrecked"]} is unreadable: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"{_folder["broken"]} is unreadable: ", lines[1], StringComparison.Ordinal);

        JsonObject json = (await Cli.InvokeAsync("list", _folder.Path, "--json")).Json;
        Assert.Equal([false, true], json["experiments"]!.AsArray().OrderByDescending(row => row!["out"]!.GetValue<string>(), StringComparer.Ordinal).Select(row => row!["problem"] is not null));
        Assert.NotNull(Assert.Single(json["runs"]!.AsArray())!["problem"]);
    }

    [Fact]
    public async Task The_environment_changes_no_estimate_of_an_experiment()
    {
        using Process process = Cli.StartUnder(
            "export AINAS__Threads=3 AINAS__Out=nothere AINAS__Recipe__Nothing=1; exec \"$@\"", "estimate", experiment.File, "--set", "budget=36", "--jobs", "1", "--threads", "0", "--seconds", "0.01", "--json");
        CliResult result = await Cli.EndAsync(process);
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(Environment.ProcessorCount, result.Json["threads"]!.GetValue<int>());
    }

    [Fact]
    public async Task An_estimate_that_is_stopped_says_so_and_nothing_of_checkpoints()
    {
        using Process process = Cli.Start("estimate", "--data", "shapes", "--image-size", "8", "--seconds", "20", "--threads", "1");
        CliResult result = await Cli.TerminateAsync(process, "measuring");
        Assert.Equal((75, ""), (result.Code, result.Out));
        Assert.Equal("stopped", result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        Assert.DoesNotContain("checkpoint", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_experiment_prints_its_document_and_how_to_go_on()
    {
        using Process process = Cli.Start(
            "experiment", experiment.File, "--out", _folder["stopped"], "--jobs", "1", "--threads", "1", "--json",
            "--set", "recipe.training.minimumSteps=300", "--set", "recipe.candidate.minimumSteps=100");
        CliResult result = await Cli.TerminateAsync(process, ": round 1: ");
        Assert.Equal(75, result.Code);
        Assert.Contains("ainas experiment", result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], StringComparison.Ordinal);
        Assert.Equal(["stopped", "missing"], result.Json["cells"]!.AsArray().Select(cell => cell!["state"]!.GetValue<string>()));
        Assert.Null(result.Json["session"]);
    }

    [Fact]
    public async Task Means_over_seeds_come_with_the_number_of_seeds()
    {
        CliResult result = await Cli.InvokeAsync("experiment", experiment.File, "--out", experiment.Folder);
        Assert.Contains("seeds", result.Out, StringComparison.Ordinal);
        Assert.Contains("1 of 1", result.Out, StringComparison.Ordinal);
        Assert.Contains("few seeds (1): differences may be chance", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_at_random_moments_it_goes_on_to_the_same_bytes()
    {
        SeededRandom random = new(77);
        int kills = 0;
        CliResult? last = null;
        while (last is null)
        {
            using Process process = Cli.Start("experiment", experiment.File, "--out", _folder["killed"], "--json");
            Task<CliResult> end = Cli.EndAsync(process);
            if (kills < 4)
            {
                await Task.WhenAny(end, Task.Delay(TimeSpan.FromSeconds(0.4 + (1.5 * random.NextDouble()))));
                if (!process.HasExited)
                {
                    process.Kill();
                    await end;
                    kills++;
                    continue;
                }
            }

            last = await end;
        }

        Assert.Equal(0, last.Code);
        Assert.InRange(kills, 1, 4);
        foreach (string id in last.Json["cells"]!.AsArray().Select(cell => cell!["id"]!.GetValue<string>()))
        {
            foreach (string file in new[] { "model/model.safetensors", "queries/round_00.csv", "queries/round_01.csv", "queries/round_02.csv" })
            {
                Assert.Equal(
                    File.ReadAllBytes(Path.Combine(experiment.Folder, "cells", id, file)), File.ReadAllBytes(Path.Combine(_folder["killed"], "cells", id, file)));
            }
        }
    }

    [SkippableTheory]
    [InlineData("experiment", "all runs")]
    [InlineData("run", "all labels")]
    public async Task On_a_terminal_a_dashboard_shows_and_the_result_stays(string command, string shown)
    {
        Skip.IfNot(File.Exists("/usr/bin/script"), "script (util-linux), which gives a program a terminal, is not installed");
        string program = Path.Combine(AppContext.BaseDirectory, "ainas.dll");
        string[] arguments = command == "run" ? [.. Cli.TinyRun, "--out", _folder["shown"]] : ["experiment", experiment.File, "--out", _folder["shown"]];
        ProcessStartInfo start = new("/usr/bin/script", ["-qefc", $"stty cols 120 rows 40; dotnet {program} {string.Join(' ', arguments)}", "/dev/null"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["CI"] = "";
        start.Environment["NO_COLOR"] = "";
        using Process process = Process.Start(start)!;
        CliResult result = await Cli.EndAsync(process);
        Assert.True(result.Code == 0, result.Out);
        Assert.Contains(shown, result.Out, StringComparison.Ordinal);
        Assert.Contains("\u001b[", result.Out, StringComparison.Ordinal);
        Assert.Contains(command == "run" ? "architecture path" : "2 finished", result.Out, StringComparison.Ordinal);
    }
}
