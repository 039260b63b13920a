using System.Text.Json.Nodes;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Cli.Tests;

public sealed class DataCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_tree_of_ppm_files_as_gtsrb_has_it_is_read()
    {
        for (int i = 0; i < 6; i++)
        {
            Write($"GTSRB/Training/{i % 2:D5}/{i:D5}.ppm", i);
            Write($"GTSRB/Testing/{i % 2:D5}/{i:D5}.ppm", 50 + i);
        }

        File.WriteAllText(_folder["GTSRB/Training/00000/GT-00000.csv"], "Filename;Width;Height;ClassId\n");
        JsonObject json = (await Cli.InvokeAsync("data", _folder["GTSRB"], "--json")).Json;
        Assert.Equal((6, 6), (json["train"]!.GetValue<int>(), json["test"]!.GetValue<int>()));
        Assert.Equal(["00000", "00001"], json["classes"]!.AsArray().Select(row => row!["name"]!.GetValue<string>()));
        Assert.Single(json["problems"]!.AsArray());
    }

    [Fact]
    public async Task What_is_left_out_is_recorded_with_the_run()
    {
        for (int i = 0; i < 8; i++)
        {
            Write($"photos/train/{(i % 2 == 0 ? "cat" : "dog")}/{i}.ppm", i);
            Write($"photos/train/{(i % 2 == 0 ? "cat" : "dog")}/{i}_mask.ppm", 255);
        }

        Write("photos/val/cat/9.ppm", 9);
        string[] options = ["--exclude", "*_mask.ppm", "--include", "*.ppm", "--validation-part", "pool"];
        JsonObject json = (await Cli.InvokeAsync(["data", _folder["photos"], "--json", .. options])).Json;
        Assert.Equal(9, json["train"]!.GetValue<int>() + json["test"]!.GetValue<int>());

        CliResult dry = await Cli.InvokeAsync(["run", "--data", _folder["photos"], "--dry-run", .. options]);
        Assert.Equal(ExitCode.Ok, dry.Code);
        Assert.Contains("\"exclude\": \"*_mask.ppm\"", dry.Out, StringComparison.Ordinal);
        Assert.Contains("\"include\": \"*.ppm\"", dry.Out, StringComparison.Ordinal);
        Assert.Contains("\"validationPart\": \"pool\"", dry.Out, StringComparison.Ordinal);

        CliResult wrong = await Cli.InvokeAsync("data", _folder["photos"], "--validation-part", "both");
        Assert.Equal(ExitCode.Usage, wrong.Code);
        Assert.Contains("--validation-part is 'both'; it must be pool or test", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_cannot_steer_the_terminal()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // such names cannot exist there
        }

        Write("odd/a\u001b[31mred\u202E/1.ppm", 1);
        Write("odd/b/1.ppm", 2);
        File.WriteAllText(_folder["odd/b/bell\a\n.txt"], "x");
        CliResult result = await Cli.InvokeAsync("data", _folder["odd"]);
        Assert.Equal(ExitCode.Ok, result.Code);
        Assert.Contains("a\\x1B[31mred\\u202E", result.Out, StringComparison.Ordinal);
        Assert.Contains("bell\\x07\\n.txt", result.Out.ReplaceLineEndings(""), StringComparison.Ordinal);
        Assert.DoesNotContain(result.Out + result.Error, letter => letter is '\u001b' or '\a' or '\u202E');
        string missing = (await Cli.InvokeAsync("data", _folder["gone\u001b[0m"])).Error;
        Assert.Contains("gone\\x1B[0m", missing, StringComparison.Ordinal);
    }

    private void Write(string path, int grey)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.WriteAllBytes(_folder[path], [.. "P6 8 8 255\n"u8, .. Enumerable.Repeat((byte)grey, 8 * 8 * 3)]);
    }
}
