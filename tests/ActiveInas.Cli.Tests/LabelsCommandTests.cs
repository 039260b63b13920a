using System.Text.Json.Nodes;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Labelling;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Cli.Tests;

public sealed class LabelsCommandTests : IDisposable
{
    private const int Images = 12;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tree", "two")]
    [InlineData("csv", "two.csv")]
    [InlineData("jsonl", "two.jsonl")]
    [InlineData("label-studio", "two.json")]
    [InlineData("fiftyone", "two")]
    [InlineData("imagenet-txt", "two")]
    public async Task Labels_of_a_project_are_those_of_another_one(string format, string name)
    {
        await CreateAsync("first");
        await CreateAsync("second");
        string file = Write("labels.csv", "filename,label\n00.ppm,dark\n01.ppm,light\n02.ppm,dark\nelsewhere.ppm,dark\n");
        JsonObject imported = (await Cli.InvokeAsync("labels", "import", _folder["first"], file, "--json")).Json;
        Assert.Equal(("csv", 3, 3, "elsewhere.ppm"), ((string)imported["format"]!, (int)imported["answers"]!, (int)imported["imported"]!, (string)imported["unknown"]![0]!));

        JsonObject exported = (await Cli.InvokeAsync("labels", "export", _folder["first"], "--format", format, "--out", _folder[name], "--json")).Json;
        Assert.Equal(_folder[name], (string)exported["path"]!);
        JsonObject again = (await Cli.InvokeAsync("labels", "import", _folder["second"], _folder[name], "--json")).Json;
        Assert.Equal((format, 3, 3), ((string)again["format"]!, (int)again["answers"]!, (int)again["imported"]!));

        JsonObject twice = (await Cli.InvokeAsync("labels", "import", _folder["second"], _folder[name], "--format", format, "--json")).Json;
        Assert.Equal((0, 3), ((int)twice["imported"]!, (int)twice["unchanged"]!));
        Assert.Equal(await LabelsAsync("first"), await LabelsAsync("second"));
    }

    [Fact]
    public async Task A_file_is_taken_whole_or_not_at_all()
    {
        await CreateAsync("project");
        CliResult wrong = await Cli.InvokeAsync("labels", "import", _folder["project"], Write("wrong.csv", "filename,label\n00.ppm,dark\n01.ppm,light\n01.ppm,dark\n"));
        Assert.Equal(ExitCode.Configuration, wrong.Code);
        Assert.Contains("nothing was imported: line 4: '01.ppm' is dark here but light in line 3; wanted one of the two", wrong.Error, StringComparison.Ordinal);

        string bird = Write("bird.csv", "filename,label\n00.ppm,dark\n01.ppm,ligth\n");
        CliResult refused = await Cli.InvokeAsync("labels", "import", _folder["project"], bird);
        Assert.Equal(ExitCode.Configuration, refused.Code);
        Assert.Contains("'ligth' is no class of the project (did you mean light?)", refused.Error, StringComparison.Ordinal);
        CliResult dry = await Cli.InvokeAsync("labels", "import", _folder["project"], bird, "--dry-run");
        Assert.Contains("ligth", dry.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(await LabelsAsync("project"), line => line.EndsWith(",dark", StringComparison.Ordinal));

        JsonObject added = (await Cli.InvokeAsync("labels", "import", _folder["project"], bird, "--add-classes", "--json")).Json;
        Assert.Equal((2, "ligth"), ((int)added["imported"]!, (string)added["new_classes"]![0]!));
        CliResult other = await Cli.InvokeAsync("labels", "import", _folder["project"], Write("other.csv", "filename,label\n00.ppm,light\n"));
        Assert.Contains("1 labelled otherwise in the project, which keeps its labels: 00.ppm", other.Error, StringComparison.Ordinal);
        Assert.Contains("00.ppm,dark", await LabelsAsync("project"));
    }

    [Fact]
    public async Task What_cannot_be_says_what_to_do()
    {
        await CreateAsync("project");
        CliResult format = await Cli.InvokeAsync("labels", "export", _folder["project"], "--format", "coco");
        Assert.Equal(ExitCode.Usage, format.Code);
        Assert.Contains("it must be one of tree, csv, jsonl, label-studio, fiftyone, imagenet-txt", format.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await Cli.InvokeAsync("labels", "export", _folder["project"])).Code);
        Assert.Equal(ExitCode.Configuration, (await Cli.InvokeAsync("labels", "export", _folder["nothing"], "--format", "csv")).Code);
        Assert.Equal(ExitCode.Configuration, (await Cli.InvokeAsync("labels", "export", _folder["project"], "--format", "tree", "--out", _folder["images"])).Code);
        Assert.Equal(Images, Directory.GetFiles(_folder["images"]).Length);

        CliResult written = await Cli.InvokeAsync("labels", "export", _folder["project"], "--format", "csv");
        Assert.Equal(ExitCode.Ok, written.Code);
        Assert.True(File.Exists(Path.Combine(_folder["project"], "labels.csv")));
        Assert.Contains($"{Images}", written.Out, StringComparison.Ordinal);
    }

    private async Task CreateAsync(string name)
    {
        Directory.CreateDirectory(_folder["images"]);
        for (int i = 0; i < Images; i++)
        {
            string path = Path.Combine(_folder["images"], $"{i:00}.ppm");
            File.WriteAllBytes(path, [.. "P6 4 4 255\n"u8, .. Enumerable.Repeat((byte)(i * 20), 48)]);
        }

        RunConfiguration configuration = new() { Data = _folder["images"], Unlabelled = true, Classes = ["dark", "light"], Out = _folder[name], Initial = 4, Batch = new(2), Budget = 8, ImageSize = 4 };
        await LabellingRounds.CreateAsync(configuration, new ProjectOptions { AuditShare = 0 });
    }

    private async Task<string[]> LabelsAsync(string project)
    {
        await Cli.InvokeAsync("labels", "export", _folder[project], "--format", "csv");
        return [.. (await File.ReadAllLinesAsync(Path.Combine(_folder[project], "labels.csv"))).Select(line => string.Join(',', line.Split(',').Take(2)))];
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder[name], text);
        return _folder[name];
    }
}
