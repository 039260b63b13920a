using System.Text.Json.Nodes;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Cli.Tests;

/// <summary>Command lines that are wrong: one helpful line on stderr, nothing on stdout, the right exit code.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("", "a command is missing", "ainas --help")]
    [InlineData("rnu", "unknown command 'rnu'; did you mean 'run'?", "ainas --help")]
    [InlineData("run --bugdet", "unknown option '--bugdet'; did you mean '--budget'?", "ainas run --help")]
    [InlineData("run --bugdet 5", "unknown option '--bugdet'", "ainas run --help")]
    [InlineData("info --jsn", "unknown option '--jsn'; did you mean '--json'?", "ainas info --help")]
    [InlineData("run --budget", "--budget needs a value", "ainas run --help")]
    [InlineData("run --budget abc", "--budget is 'abc'; it must be a whole number", "ainas run --help")]
    [InlineData("run --validation-share much", "--validation-share is 'much'; it must be a number", "ainas run --help")]
    [InlineData("run --stop-plateau much", "--stop-plateau is 'much'; it must be VALUE or VALUE:ROUNDS", "ainas run --help")]
    [InlineData("run --mirror yes", "--mirror is 'yes'; it must be on or off", "ainas run --help")]
    [InlineData("run --seed -1", "--seed is '-1'", "ainas run --help")]
    [InlineData("run --seed 1 --seed 2", "--seed", "ainas run --help")]
    [InlineData("run a.json b.json", "unexpected argument 'b.json'", "ainas run --help")]
    [InlineData("resume", "RUN is missing", "ainas resume --help")]
    [InlineData("show", "RUN is missing", "ainas show --help")]
    [InlineData("trial --out out", "JOB.json is missing", "ainas trial --help")]
    [InlineData("trial job.json", "--out is missing", "ainas trial --help")]
    [InlineData("trial job.json --out out --threads two", "--threads is 'two'; it must be a whole number", "ainas trial --help")]
    [InlineData("data", "SOURCE is missing", "ainas data --help")]
    public async Task A_wrong_command_line_is_one_line_that_points_to_help(string line, string problem, string help)
    {
        CliResult result = await Cli.InvokeAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(1, result.Code);
        Assert.Equal("", result.Out);
        AssertOneLine(result.Error);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.Contains($"ee '{help}'", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run --data shaeps", "Did you mean shapes?")]
    [InlineData("run --query softmax", "softmax-response")]
    [InlineData("run --architecture A(13,1)", "A(13,1)")]
    [InlineData("run --architecture big", "'big'")]
    [InlineData("run --start A(1,6)", "A(1,6)")]
    [InlineData("run --space 0,5", "0,5")]
    [InlineData("run --batch 0", "batch of 0")]
    [InlineData("run --batch x", "'x'")]
    [InlineData("run --budget 100", "--budget 100 is below --initial 300")]
    [InlineData("run --budget -5", "--budget -5")]
    [InlineData("run --recipe slow", "'slow'")]
    [InlineData("run --set recipe.bachSize=3", "batchSize")]
    [InlineData("run --set seed", "KEY=VALUE")]
    [InlineData("run --oracle file", "--labels")]
    [InlineData("run --query power:coreset", "power needs a strategy that scores each point by itself")]
    [InlineData("run --initial-query best", "--initial-query 'best'")]
    [InlineData("run --simulate blur=1", "--simulate: 'blur=1'")]
    [InlineData("run --stop-accuracy 2", "--stop-accuracy 2")]
    [InlineData("run --stop-plateau 2", "--stop-plateau '2' is not possible")]
    [InlineData("run --stop-accuracy 0.9 --architecture A(1,1)", "--stop-kappa or --stop-hours")]
    [InlineData("run nothere.json", "nothere.json")]
    [InlineData("run --out /proc/ainas/run", "/proc/ainas/run")]
    [InlineData("run --out /dev/null/run", "/dev/null/run")]
    [InlineData("resume nothere", "'nothere'")]
    [InlineData("show nothere", "'nothere'")]
    [InlineData("trial nothere --out out", "'nothere'")]
    [InlineData("trial nothere --out out --threads -1", "--threads -1")]
    [InlineData("show .", "holds no run")]
    [InlineData("list nothere", "'nothere'")]
    [InlineData("data nothere", "'nothere'")]
    [InlineData("data shapes --image-size 2", "--image-size 2")]
    public async Task A_value_that_cannot_work_is_one_line_that_names_it(string line, string named)
    {
        CliResult result = await Cli.InvokeAsync(line.Split(' '));
        Assert.Equal(2, result.Code);
        Assert.Equal("", result.Out);
        AssertOneLine(result.Error);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_with_three_mistakes_is_three_lines_and_an_option_one_more()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["run.json"], """{ "bugdet": 5, "seed": "x", "imageSize": 3 }""");

        CliResult result = await Cli.InvokeAsync("run", folder["run.json"], "--initial", "0");

        Assert.Equal((2, ""), (result.Code, result.Out));
        string[] lines = result.Error.TrimEnd('\n').Split('\n');
        string[] wanted = ["unknown key 'bugdet'; did you mean 'budget'?", "seed is 'x'; it must be", "error: --initial 0 is too small", "error: --image-size 3 is out of range"];
        Assert.Equal(wanted.Length, lines.Length);
        Assert.All(wanted.Zip(lines), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.StartsWith("error: ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verbose_adds_the_stack_trace_and_nothing_else_does()
    {
        CliResult plain = await Cli.InvokeAsync("show", "nothere");
        CliResult verbose = await Cli.InvokeAsync("show", "nothere", "--verbose");
        Assert.DoesNotContain("   at ", plain.Error, StringComparison.Ordinal);
        Assert.Contains("   at ", verbose.Error, StringComparison.Ordinal);
        Assert.Equal(2, verbose.Code);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("run --help")]
    [InlineData("resume --help")]
    [InlineData("--version")]
    public async Task Help_and_version_go_to_stdout(string line)
    {
        CliResult result = await Cli.InvokeAsync(line.Split(' '));
        Assert.Equal(0, result.Code);
        Assert.NotEqual("", result.Out);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task A_dry_run_prints_the_resolved_configuration_that_run_reads_back()
    {
        using TemporaryFolder folder = new();
        string file = folder["config.json"];
        CliResult first = await Cli.InvokeAsync(
            "run", "--dry-run", "--json", "--query", "coreset", "--batch", "5:50,10", "--initial", "20", "--set", "recipe.batchSize=4", "--out", folder["run"]);
        File.WriteAllText(file, first.Out);
        CliResult second = await Cli.InvokeAsync("run", file, "--dry-run");
        CliResult changed = await Cli.InvokeAsync("run", file, "--dry-run", "--seed", "9", "--recipe", "paper");

        Assert.Equal(0, first.Code);
        Assert.Equal("coreset", first.Json["query"]!.GetValue<string>());
        Assert.Equal(4, first.Json["recipe"]!["batchSize"]!.GetValue<int>());
        Assert.Equal(first.Out, second.Out);
        Assert.Equal(9, changed.Json["seed"]!.GetValue<int>());
        Assert.Equal("5:50,10", changed.Json["batch"]!.GetValue<string>());
        Assert.Equal("paper", changed.Json["recipe"]!["name"]!.GetValue<string>());
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public async Task A_dry_run_checks_the_configuration()
        => Assert.Equal(2, (await Cli.InvokeAsync("run", "--dry-run", "--batch", "0")).Code);

    [Fact]
    public async Task Info_names_the_kernels_and_marks_one_as_chosen()
    {
        JsonObject json = (await Cli.InvokeAsync("info", "--json")).Json;
        Assert.Equal(1, json["schema_version"]!.GetValue<int>());
        JsonNode?[] rows = [.. json["kernels"]!.AsArray()];
        JsonNode chosen = Assert.Single(rows, row => row!["chosen"]!.GetValue<bool>())!;
        Assert.True(chosen["supported"]!.GetValue<bool>());
        Assert.EndsWith("bf16", chosen["name"]!.GetValue<string>(), StringComparison.Ordinal);
        JsonObject choice = json["choice"]!.AsObject();
        Assert.Equal(chosen["name"]!.GetValue<string>(), choice["kernels"]!.GetValue<string>());
        JsonArray limits = choice["limits"]!.AsArray();
        Assert.Equal(choice["measured"]!.GetValue<bool>() ? choice["candidates"]!.AsArray().Count : 0, limits.Count);
        Assert.All(limits, limit => Assert.True(limit!["one_thread_tflops"]!.GetValue<double>() > 0));

        CliResult text = await Cli.InvokeAsync("info");
        Assert.Contains(chosen["name"]!.GetValue<string>(), text.Out, StringComparison.Ordinal);
        Assert.Contains("ImageMagick 7", text.Out, StringComparison.Ordinal);
        Assert.Contains("kernels used", text.Out, StringComparison.Ordinal);
        Assert.All(limits, limit => Assert.Contains(limit!["name"]!.GetValue<string>(), text.Out, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_dry_run_names_the_kernels()
    {
        string measured = (await Cli.InvokeAsync("info", "--json")).Json["choice"]!["kernels"]!.GetValue<string>();
        Assert.Equal(measured, (await Cli.InvokeAsync("run", "--dry-run")).Json["kernels"]!.GetValue<string>());
        Assert.Equal(measured, (await Cli.InvokeAsync("run", "--dry-run", "--kernels", "auto")).Json["kernels"]!.GetValue<string>());
        Assert.Equal("reference-bf16", (await Cli.InvokeAsync("run", "--dry-run", "--kernels", "reference-bf16")).Json["kernels"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("run --dry-run")]
    [InlineData("run")]
    [InlineData("estimate")]
    public async Task Kernels_that_may_not_be_used_are_one_line_with_those_that_may(string command)
    {
        CliResult result = await Cli.InvokeAsync([.. command.Split(' '), "--kernels", "winograd-avx2"]);
        Assert.Equal((2, ""), (result.Code, result.Out));
        AssertOneLine(result.Error);
        Assert.Contains("no kernels 'winograd-avx2'", result.Error, StringComparison.Ordinal);
        Assert.Contains("Usable here: reference-bf16, ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_tells_counts_classes_and_moments()
    {
        JsonObject json = (await Cli.InvokeAsync("data", "shapes", "--image-size", "8", "--json", "--no-progress")).Json;
        Assert.Equal(8, json["height"]!.GetValue<int>());
        Assert.Equal(10, json["classes"]!.AsArray().Count);
        Assert.Equal(json["train"]!.GetValue<int>(), json["classes"]!.AsArray().Sum(row => row!["train"]!.GetValue<int>()));
        Assert.InRange(json["mean"]!.GetValue<double>(), 1, 254);
        CliResult text = await Cli.InvokeAsync("data", "shapes", "--image-size", "8");
        Assert.Contains("8x8 pixels", text.Out, StringComparison.Ordinal);
    }

    private static void AssertOneLine(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text[..^1]);
    }
}
