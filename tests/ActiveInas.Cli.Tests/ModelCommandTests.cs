using System.Text.Json.Nodes;
using ActiveInas.Tests.Shared;
using Parquet;
using Parquet.Schema;

namespace ActiveInas.Cli.Tests;

/// <summary>What becomes of the network of a run: export, predict, evaluate.</summary>
public sealed class ModelCommandTests(ModelCommandTests.Trained trained) : IClassFixture<ModelCommandTests.Trained>
{
    private string Run => trained.Folder["run"];

    [Theory]
    [InlineData("onnx", "--fold", "--half")]
    [InlineData("safetensors")]
    public async Task A_run_is_exported(string format, params string[] options)
    {
        string path = trained.Folder[$"network.{format}"];
        CliResult result = await Cli.InvokeAsync(["export", Run, "--format", format, "--out", path, "--json", .. options]);
        Assert.Equal((ExitCode.Ok, ""), (result.Code, result.Error));
        Assert.Equal((format, path), ((string)result.Json["format"]!, (string)result.Json["path"]!));
        Assert.Equal(new FileInfo(path).Length, (long)result.Json["bytes"]!);
    }

    [Fact]
    public async Task What_cannot_be_exported_says_what_to_do()
    {
        CliResult format = await Cli.InvokeAsync("export", Run, "--format", "onyx");
        Assert.Equal(ExitCode.Usage, format.Code);
        Assert.Contains("--format 'onyx' is not known; it must be onnx or safetensors", format.Error, StringComparison.Ordinal);
        CliResult half = await Cli.InvokeAsync("export", Run, "--format", "safetensors", "--half");
        Assert.Equal(ExitCode.Usage, half.Code);
        Assert.Contains("--half is for --format onnx", half.Error, StringComparison.Ordinal);
        string model = Path.Combine(Run, "model", "model.safetensors");
        CliResult itself = await Cli.InvokeAsync("export", Run, "--format", "safetensors", "--out", model);
        Assert.Contains("is the model itself", itself.Error, StringComparison.Ordinal);
        CliResult none = await Cli.InvokeAsync("export", trained.Folder["nothing.safetensors"], "--format", "onnx");
        Assert.Equal(ExitCode.Configuration, none.Code);
        Assert.Contains("There is no file", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_are_predicted()
    {
        string images = Images("predicted", 5);
        File.WriteAllText(Path.Combine(images, "02.ppm"), "P6 4 4 255\n");
        CliResult json = await Cli.InvokeAsync("predict", Run, images, "--top", "2", "--json");
        Assert.Equal(ExitCode.Ok, json.Code);
        JsonArray rows = json.Json["images"]!.AsArray();
        Assert.Equal(5, rows.Count);
        JsonNode bad = Assert.Single(rows, row => row!["problem"] is not null)!;
        Assert.Equal(Path.Combine(images, "02.ppm"), (string)bad["path"]!);
        JsonNode first = rows.First(row => row!["problem"] is null)!;
        Assert.Equal(2, first["top"]!.AsArray().Count);
        Assert.Equal((string)first["class"]!, (string)first["top"]![0]!["class"]!);
        Assert.Contains("02.ppm", json.Error, StringComparison.Ordinal);

        string table = trained.Folder["table.csv"], vectors = trained.Folder["vectors.npy"];
        CliResult csv = await Cli.InvokeAsync("predict", Run, images, "--csv", table, "--embeddings", vectors);
        Assert.Equal(ExitCode.Ok, csv.Code);
        string[] lines = await File.ReadAllLinesAsync(table);
        Assert.Equal((6, "path,class,probability,problem"), (lines.Length, lines[0]));
        Assert.Contains(lines, line => line.StartsWith($"{(string)first["path"]!},{(string)first["class"]!},", StringComparison.Ordinal));
        Assert.Equal(0, (new FileInfo(vectors).Length - 128) % (4 * sizeof(float)));

        CliResult plain = await Cli.InvokeAsync("predict", Run, Path.Combine(images, "00.ppm"));
        Assert.StartsWith($"{Path.Combine(images, "00.ppm")}  ", plain.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predictions_are_a_parquet_file_with_the_rows_of_the_table()
    {
        string images = Images("columns", 4), file = trained.Folder["predictions.parquet"], table = trained.Folder["predictions.csv"];
        File.WriteAllText(Path.Combine(images, "02.ppm"), "P6 4 4 255\n");
        CliResult result = await Cli.InvokeAsync("predict", Run, images, "--parquet", file, "--csv", table, "--top", "2");
        Assert.True(result.Code == ExitCode.Ok, result.Error);
        await using ParquetReader reader = await ParquetReader.CreateAsync(file);
        DataField[] fields = reader.Schema.GetDataFields();
        Assert.Equal("path,class,probability,class_2,probability_2,problem", string.Join(',', fields.Select(field => field.Name)));
        using ParquetRowGroupReader group = reader.OpenRowGroupReader(0);
        string?[] paths = new string?[4], classes = new string?[4], problems = new string?[4];
        float?[] probabilities = new float?[4];
        await group.ReadAsync(fields[0], paths);
        await group.ReadAsync(fields[1], classes);
        await group.ReadAsync<float>(fields[2], probabilities);
        await group.ReadAsync(fields[^1], problems);
        string[] lines = [.. File.ReadLines(table).Skip(1)];
        for (int row = 0; row < 4; row++)
        {
            string probability = probabilities[row]?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";
            Assert.StartsWith($"{paths[row]},{classes[row]},{probability},", lines[row], StringComparison.Ordinal);
            Assert.Equal(classes[row] is null, problems[row] is not null);
        }

        Assert.Single(problems, problem => problem is not null);
    }

    [Fact]
    public async Task Nothing_to_predict_is_an_error()
    {
        CliResult missing = await Cli.InvokeAsync("predict", Run, trained.Folder["nowhere"]);
        Assert.Equal(ExitCode.Configuration, missing.Code);
        Assert.Contains("There is no", missing.Error, StringComparison.Ordinal);
        Directory.CreateDirectory(trained.Folder["empty"]);
        Assert.Equal(ExitCode.Configuration, (await Cli.InvokeAsync("predict", Run, trained.Folder["empty"])).Code);
        Assert.Equal(ExitCode.Usage, (await Cli.InvokeAsync("predict", Run, Run, "--top", "0")).Code);
    }

    [Fact]
    public async Task A_model_is_evaluated()
    {
        CliResult json = await Cli.InvokeAsync("evaluate", Run, "shapes", "--json");
        Assert.Equal(ExitCode.Ok, json.Code);
        JsonObject result = json.Json;
        Assert.Equal("test", (string)result["part"]!);
        double accuracy = (double)result["accuracy"]!;
        Assert.InRange(accuracy, (double)result["accuracy_low"]!, (double)result["accuracy_high"]!);
        int[][] confusion = [.. result["confusion"]!.AsArray().Select(row => row!.AsArray().Select(count => (int)count!).ToArray())];
        Assert.Equal((int)result["images"]!, confusion.Sum(row => row.Sum()));
        Assert.Equal(accuracy, (double)Enumerable.Range(0, confusion.Length).Sum(i => confusion[i][i]) / (int)result["images"]!, 1e-12);

        // What the run itself recorded of its last network.
        JsonObject run = (await Cli.InvokeAsync("show", Run, "--json")).Json;
        Assert.Equal((double)run["rounds"]!.AsArray()[^1]!["test_accuracy"]!, accuracy, 1e-12);

        string svg = trained.Folder["confusion.svg"], png = trained.Folder["confusion.png"];
        Assert.Equal(ExitCode.Ok, (await Cli.InvokeAsync("evaluate", Run, "shapes", "--json", "--figure", svg)).Code);
        Assert.Equal(ExitCode.Ok, (await Cli.InvokeAsync("evaluate", Run, "shapes", "--json", "--figure", png)).Code);
        string[] numbers = [.. System.Xml.Linq.XDocument.Load(svg).Descendants().Where(node => node.Name.LocalName == "text" && int.TryParse(node.Value, out _)).Select(node => node.Value)];
        Assert.Equal(confusion.SelectMany(row => row).Where(count => count > 0).Select(count => $"{count}"), numbers);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(png)[..4]);
        Assert.Equal(ExitCode.Usage, (await Cli.InvokeAsync("evaluate", Run, "shapes", "--figure", "x.gif")).Code);

        string warm = trained.Folder["warm.safetensors"];
        CliResult fitted = await Cli.InvokeAsync("evaluate", Run, "shapes", "--json", "--calibrate", warm);
        JsonNode temperature = fitted.Json["temperature"]!;
        Assert.Equal((double)result["loss"]!, (double)temperature["loss_before"]!, 1e-9);
        JsonObject scaled = (await Cli.InvokeAsync("evaluate", warm, "shapes", "--json")).Json;
        Assert.Equal(accuracy, (double)scaled["accuracy"]!);
        Assert.True((double)scaled["loss"]! < (double)result["loss"]!, $"{scaled["loss"]} is no better than {result["loss"]}");
        Assert.Equal(ExitCode.Usage, (await Cli.InvokeAsync("evaluate", warm, "shapes", "--calibrate", warm)).Code);

        CliResult plain = await Cli.InvokeAsync("evaluate", Run, "shapes");
        Assert.Contains("95 % interval", plain.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await Cli.InvokeAsync("evaluate", Run, "shapes", "--part", "pool")).Code);
    }

    [Fact]
    public async Task A_network_from_elsewhere_is_imported_and_a_run_begins_from_it()
    {
        string model = Path.Combine(Run, "model", "model.safetensors"), imported = trained.Folder["imported.safetensors"];
        CliResult import = await Cli.InvokeAsync("model", "import", model, "--out", imported, "--json");
        Assert.Equal((ExitCode.Ok, imported), (import.Code, (string)import.Json["file"]!));
        CliResult refused = await Cli.InvokeAsync("model", "import", model, "--classes", "a,b", "--out", trained.Folder["no.safetensors"]);
        Assert.Equal(ExitCode.Configuration, refused.Code);
        Assert.Contains("2 names of classes were given", refused.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await Cli.InvokeAsync("model", "import", model, "--out", model)).Code);

        // Stopped after the first round, and gone on with when the file it began from has gone.
        string begun = trained.Folder["begun"], whole = trained.Folder["whole"];
        Assert.Equal(ExitCode.Ok, (await Cli.InvokeAsync([.. Cli.TinyRun, "--init", imported, "--out", whole])).Code);
        CliResult run = await Cli.InvokeAsync([.. Cli.TinyRun, "--init", imported, "--out", begun, "--stop-hours", "1e-9"]);
        Assert.True(run.Code == ExitCode.Ok, run.Error);
        Assert.Contains("arrays begin as in initial.safetensors", File.ReadAllText(Path.Combine(begun, "log.txt")), StringComparison.Ordinal);
        File.Delete(imported);
        string job = trained.Folder["job.json"];
        CliResult described = await Cli.InvokeAsync("trial", job, "--from", begun, "--round", "1");
        Assert.True(described.Code == ExitCode.Ok, described.Error);
        Assert.Equal("begun/initial.safetensors", (string)JsonNode.Parse(File.ReadAllText(job))!["request"]!["init"]!["file"]!);
        CliResult trial = await Cli.InvokeAsync("trial", job, "--out", trained.Folder["trial"]);
        Assert.True(trial.Code == ExitCode.Ok, trial.Error);
        CliResult missing = await Cli.InvokeAsync([.. Cli.TinyRun, "--init", imported, "--out", trained.Folder["none"]]);
        Assert.Contains("--init", missing.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(trained.Folder["none"]));
    }

    private string Images(string name, int count)
    {
        Directory.CreateDirectory(trained.Folder[name]);
        for (int i = 0; i < count; i++)
        {
            File.WriteAllBytes(Path.Combine(trained.Folder[name], $"{i:00}.ppm"), [.. "P6 4 4 255\n"u8, .. Enumerable.Repeat((byte)(i * 40), 48)]);
        }

        return trained.Folder[name];
    }

    /// <summary>A finished run.</summary>
    public sealed class Trained : IAsyncLifetime
    {
        internal TemporaryFolder Folder { get; } = new();

        public async Task InitializeAsync()
        {
            CliResult run = await Cli.InvokeAsync([.. Cli.TinyRun, "--out", Folder["run"]]);
            Assert.True(run.Code == ExitCode.Ok, run.Error);
        }

        public Task DisposeAsync()
        {
            Folder.Dispose();
            return Task.CompletedTask;
        }
    }
}
