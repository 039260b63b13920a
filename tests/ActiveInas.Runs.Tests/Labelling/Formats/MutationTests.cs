using System.Text;
using ActiveInas.Data;
using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Runs.Tests.Labelling.Formats;

/// <summary>A damaged file is read, told as problems, or refused with a message: nothing else, whatever is in it.</summary>
public sealed class MutationTests : IDisposable
{
    private const int Mutants = 400;
    private static readonly string[] s_pieces = ["\"", "{", "]", ",", "\n", "null", "-1", "1e999", "99999999999", "\\ud800", "\u00FF", "\0", "label", "[[", ":", "\"\""];
    private readonly FormatFolder _folder = new("a.jpg", "b b.jpg", "sub/c.jpg");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("csv", "")]
    [InlineData("jsonl", "")]
    [InlineData("label-studio", "")]
    [InlineData("fiftyone", "labels.json")]
    [InlineData("fiftyone", "data.json")]
    [InlineData("imagenet-txt", "labels.txt")]
    [InlineData("imagenet-txt", "synsets.txt")]
    public void Damaged_files_are_read_or_refused(string format, string file)
    {
        ImageLabel[] labels =
        [
            .. _folder.Images.Select((path, i) => new ImageLabel(path)
            {
                Action = LabelAction.Label, Class = "cat", Labeller = "zoe@example.com", Time = DateTimeOffset.UnixEpoch, Milliseconds = 5, Score = 0.5, Round = i, Predictions = [new("dog", 0.5)],
            }),
            new ImageLabel("skipped.jpg") { Action = LabelAction.Skip },
        ];
        string root = _folder["out"];
        LabelFormats.Write(format, labels, ["cat", "dog"], _folder.Source, root);
        string path = file.Length == 0 ? root : Path.Combine(root, file);
        byte[] whole = File.ReadAllBytes(path);
        Random random = new(1);
        int refused = 0;
        for (int i = 0; i < Mutants; i++)
        {
            File.WriteAllBytes(path, Mutant(whole, random));
            foreach (string? asked in (string?[])[format, null])
            {
                try
                {
                    LabelImport read = LabelFormats.Read(root, asked, ["cat", "dog"], [.. _folder.Images, "skipped.jpg"]);
                    refused += read.Problems.Count > 0 ? 1 : 0;
                    Assert.All(read.Labels, label => Assert.Equal(label.Action == LabelAction.Label, label.Class is not null));
                }
                catch (DataException)
                {
                    refused++;
                }
            }
        }

        Assert.InRange(refused, file == "data.json" ? 1 : Mutants / 20, 2 * Mutants);
    }

    private static byte[] Mutant(byte[] whole, Random random)
    {
        int at = random.Next(whole.Length);
        byte[] piece = Encoding.UTF8.GetBytes(s_pieces[random.Next(s_pieces.Length)]);
        return random.Next(4) switch
        {
            0 => whole[..at],
            1 => [.. whole[..at], .. piece, .. whole[at..]],
            2 => [.. whole[..at], .. piece, .. whole[Math.Min(whole.Length, at + 1 + random.Next(8))..]],
            _ => [.. whole[..at], (byte)random.Next(256), .. whole[(at + 1)..]],
        };
    }
}
