using System.Text.Json.Nodes;
using ActiveInas.Compute;
using ActiveInas.Kernels;

namespace ActiveInas.Cli.Tests;

public sealed class BenchCommandTests
{
    private static readonly string[] s_tiny = ["bench", "--batch", "4", "--inference-batch", "2,3", "--seconds", "0.01", "--threads", "2"];

    [Fact]
    public async Task Json_holds_networks_limits_and_operations()
    {
        CliResult result = await Cli.InvokeAsync([.. s_tiny, "--networks", "A(1,1),A(1,2)", "--json"]);
        Assert.Equal(0, result.Code);
        JsonObject json = result.Json;
        Assert.Equal(1, json["schema_version"]!.GetValue<int>());
        Assert.Equal(KernelSelection.Measured.Row.Name, json["kernels"]!.GetValue<string>());
        Assert.Equal(2, json["machine"]!["threads"]!.GetValue<int>());
        Assert.NotEqual("", json["machine"]!["cpu"]!.GetValue<string>());
        JsonObject[] networks = [.. json["networks"]!.AsArray().Select(node => node!.AsObject())];
        Assert.Equal([(1, 1), (1, 2)], networks.Select(network => (network["blocks"]!.GetValue<int>(), network["stacks"]!.GetValue<int>())));
        foreach (JsonObject network in networks)
        {
            AssertPositive(network, "train_images_per_second", "train_tflops", "train_limit_share", "inference_images_per_second", "inference_tflops");
            Assert.Contains(network["inference_batch"]!.GetValue<int>(), (int[])[2, 3]);
            Assert.True(network["last_loss"]!.GetValue<double>() < network["first_loss"]!.GetValue<double>(), network.ToJsonString());
        }

        JsonObject limit = json["limits"]!["compute"]!.AsArray().Select(node => node!.AsObject()).Single(
            node => node["name"]!.GetValue<string>() == json["limits"]!["used"]!.GetValue<string>());
        AssertPositive(limit, "one_thread_tflops", "all_threads_tflops");
        AssertPositive(json["limits"]!["memory"]!.AsObject(), "one_thread_gigabytes_per_second", "all_threads_gigabytes_per_second");
        JsonObject[] ops = [.. json["ops"]!.AsArray().Select(node => node!.AsObject())];
        foreach (string network in (string[])["A(1,1)", "A(1,2)"])
        {
            JsonObject op = ops.Single(node => node["network"]!.GetValue<string>() == network
                && node["phase"]!.GetValue<string>() == "training"
                && node["op"]!.GetValue<string>() == "conv 3x3 backward weights");
            AssertPositive(op, "calls", "seconds", "share", "gflops", "limit_share", "gigabytes_per_second");
        }

        // A system that does not tell its memory says null.
        if (OperatingSystem.IsLinux())
        {
            AssertPositive(json, "idle_memory_bytes", "peak_memory_bytes");

            // Its sign is up to the tests that run beside this one.
            Assert.NotNull(networks[0]["train_memory_bytes"]);
        }
    }

    [Fact]
    public async Task Queries_are_measured_as_a_table_and_as_json()
    {
        CliResult text = await Cli.InvokeAsync(["bench", "--queries", "--scale", "0.0005", "--threads", "2"]);
        Assert.Equal(0, text.Code);
        Assert.All(text.Out.Split('\n').Where(line => line.StartsWith('│')), line => Assert.True(line.TrimEnd().Length <= 80, line));
        CliResult result = await Cli.InvokeAsync(["bench", "--queries", "--scale", "0.0005", "--threads", "2", "--json"]);
        Assert.Equal(0, result.Code);
        JsonObject[] queries = [.. result.Json["queries"]!.AsArray().Select(node => node!.AsObject())];
        Assert.Equal(["badge", "coreset", "mc-dropout"], queries.Select(query => query["query"]!.GetValue<string>()).Distinct().Order());
        Assert.All(queries, query => AssertPositive(query, "pool", "picks", "seconds"));
        Assert.All(queries.Where(query => query["network"] is not null), query => AssertPositive(query, "plain_seconds", "ratio"));
        CliResult part = await Cli.InvokeAsync(["bench", "--queries", "badge", "--scale", "0.0005", "--json"]);
        Assert.Equal("badge", Assert.Single(part.Json["queries"]!.AsArray())!["query"]!.GetValue<string>());
        CliResult unknown = await Cli.InvokeAsync(["bench", "--queries", "coresets"]);
        Assert.Equal(2, unknown.Code);
        Assert.Contains("choose one of mc-dropout, coreset, growth, badge", unknown.Error, StringComparison.Ordinal);
        CliResult refused = await Cli.InvokeAsync(["bench", "--queries", "--scale", "2"]);
        Assert.Equal(2, refused.Code);
        Assert.Contains("it must be above 0 and at most 1", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_fit_80_columns_and_stages_go_to_stderr()
    {
        string kernels = KernelTable.Best(StorageType.Single).Name;
        CliResult result = await Cli.InvokeAsync([.. s_tiny, "--networks", "A(1,2)", "--kernels", kernels, "--train-only"]);
        Assert.Equal(0, result.Code);
        Assert.Contains(kernels, result.Out, StringComparison.Ordinal);
        string[] lines = [.. result.Out.Split('\n').Where(line => line.StartsWith('│'))];
        Assert.Contains(lines, line => line.Contains("A(1,2)", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("conv 1x1 backward weights", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.InRange(line.TrimEnd().Length, 10, 80));
        Assert.Contains("A(1,2): training with batch 4", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("inference", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--batch many", 1, "--batch has 'many'; it must be a whole number")]
    [InlineData("--inference-batch 128,x", 1, "--inference-batch has 'x'")]
    [InlineData("--seconds soon", 1, "--seconds is 'soon'; it must be a number")]
    [InlineData("--train-only --inference-only", 1, "exclude each other")]
    [InlineData("--threads some", 1, "--threads is 'some'")]
    [InlineData("--batch 0", 2, "batch of 0 images")]
    [InlineData("--seconds 0", 2, "0 seconds")]
    [InlineData("--networks big", 2, "'big' is not an architecture")]
    [InlineData("--networks A(1,1),big", 2, "'big' is not an architecture")]
    [InlineData("--networks A(1,6)", 2, "A(1,6) does not fit")]
    [InlineData("--kernels vector-portable", 2, "'vector-portable'")]
    [InlineData("--kernels vector-portable", 2, "Usable here: reference-bf16, ")]
    public async Task What_cannot_be_measured_is_one_line_that_names_it(string options, int code, string problem)
    {
        CliResult result = await Cli.InvokeAsync(["bench", .. options.Split(' ')]);
        Assert.Equal(code, result.Code);
        Assert.Equal("", result.Out);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Error[..^1]);
    }

    private static void AssertPositive(JsonObject node, params string[] keys)
    {
        foreach (string key in keys)
        {
            Assert.True(node[key] is { } value && value.GetValue<double>() > 0, $"{key} is {node[key]?.ToJsonString() ?? "missing"}; it must be above 0.");
        }
    }
}
