using System.Diagnostics;
using ActiveInas.Data.Images;

namespace ActiveInas.Tests.Data;

/// <summary>A file that ends the process that decodes it is found, listed, and left out.</summary>
public sealed class DecodeJournalTests : IDisposable
{
    private const byte Fatal = 66;
    private readonly TestFolder _folder = new();

    public DecodeJournalTests()
    {
        for (int i = 0; i < 20; i++)
        {
            _folder.Write($"images/{i:00}.png", PngFile.Flat(8, 8, i == 13 ? Fatal : (byte)(100 + i), 0, 0));
        }
    }

    private string Journals => _folder["cache"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task After_three_deaths_the_file_is_listed_and_the_others_are_read()
    {
        Assert.NotEqual(0, (await ReadAsync()).Code);
        (int code, string output) = await ReadAsync();
        Assert.NotEqual(0, code);
        Assert.Matches(@"ended while it decoded (\d\d\.png, )*13\.png.*: decoded one at a time", output);
        Assert.NotEqual(0, (await ReadAsync()).Code);
        for (int time = 0; time < 2; time++)
        {
            (code, output) = await ReadAsync();
            Assert.Equal(0, code);
            Assert.DoesNotContain("13.png: decoded one at a time", output, StringComparison.Ordinal);
            Assert.Contains("problem 13.png: ends the process that decodes it: skipped", output, StringComparison.Ordinal);
            Assert.Contains("read " + string.Join(' ', Enumerable.Range(0, 20).Where(i => i != 13).Select(i => $"{i:00}.png")), output, StringComparison.Ordinal);
        }

        // What stands there now is another file.
        _folder.Write("images/13.png", PngFile.Flat(8, 8, 200, 0, 0));
        (code, output) = await ReadAsync();
        Assert.Equal(0, code);
        Assert.Contains("12.png 13.png 14.png", output, StringComparison.Ordinal);
        Assert.DoesNotContain("problem", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_was_killed_for_another_reason_costs_no_image_and_leaves_nothing()
    {
        string once = _folder["once"];
        File.WriteAllText(once, "");
        Assert.NotEqual(0, (await ReadAsync(once)).Code);
        (int code, string output) = await ReadAsync(once);
        Assert.Equal(0, code);
        Assert.Contains("13.png", output, StringComparison.Ordinal);
        Assert.DoesNotContain("problem", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Journals));
        Assert.DoesNotContain("decoded one at a time", (await ReadAsync(once)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Readings_at_the_same_time_do_not_suspect_each_other()
    {
        using DecodeJournal first = DecodeJournal.Open(Journals, "source", 2)!;
        first.Decode("a.png", [1], isAlone: false, () =>
        {
            using DecodeJournal second = DecodeJournal.Open(Journals, "source", 2)!;
            Assert.Empty(second.Suspects);
            return 0;
        });
        Assert.All(Directory.GetFiles(Journals), file => Assert.EndsWith(".journal", file, StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_no_error()
    {
        _folder.Write("file", [1]);
        Assert.Null(DecodeJournal.Open(_folder["file"], "source", 2));
    }

    private async Task<(int Code, string Output)> ReadAsync(params string[] more)
    {
        ProcessStartInfo start = new("dotnet", [typeof(DecodeJournalTests).Assembly.Location, _folder["images"], Journals, .. more]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
