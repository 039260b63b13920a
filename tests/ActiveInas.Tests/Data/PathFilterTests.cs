using ActiveInas.Data;
using ActiveInas.Data.Trees;

namespace ActiveInas.Tests.Data;

public class PathFilterTests
{
    [Theory]
    [InlineData("*.jpg", "a.jpg", true)]
    [InlineData("*.jpg", "deep/er/A.JPG", true)]
    [InlineData("*.jpg", "a.jpg.png", false)]
    [InlineData("*.jpg,b/*.png", "b/a.jpg", true)]
    [InlineData("masks/**", "masks/a.png", true)]
    [InlineData("masks/**", "set/masks/x/a.png", true)]
    [InlineData("masks/**", "unmasks/a.png", false)]
    [InlineData("masks", "set/masks/a.png", true)]
    [InlineData("/masks", "set/masks/a.png", false)]
    [InlineData("/set/*/a.png", "set/x/a.png", true)]
    [InlineData("/set/*/a.png", "set/x/y/a.png", false)]
    [InlineData("set/**/a.png", "set/a.png", true)]
    [InlineData("set/**/a.png", "set/x/y/a.png", true)]
    [InlineData("*_mask.png", "cat/1_mask.png", true)]
    [InlineData("?.png", "1.png", true)]
    [InlineData("?.png", "11.png", false)]
    [InlineData("a+(b).png", "x/a+(b).png", true)]
    public void Patterns(string pattern, string path, bool matches)
    {
        Assert.Equal(matches, new PathFilter(pattern, null).Accepts(path));
        Assert.Equal(!matches, new PathFilter(null, pattern).Accepts(path));
        Assert.Equal(!matches, new PathFilter(pattern.Split(',')[0], null).Unmatched([path]).Any());
    }

    [Fact]
    public void Masks_beside_photos_are_left_out()
    {
        using var folder = new TestFolder();
        foreach (string name in new[] { "bottle/1", "bottle/2", "cable/1", "cable/2" })
        {
            folder.Write($"{name}.bmp", ImageFiles.Bmp(8, 8, new byte[8 * 8 * 3]));
            folder.Write($"{name}_mask.png", PngFile.Flat(8, 8, 255, 255, 255));
        }

        folder.Write("masks/1.png", PngFile.Flat(8, 8, 255, 255, 255));
        folder.Write("notes.txt", "hello"u8.ToArray());
        string[] wanted = ["bottle/1.bmp", "bottle/2.bmp", "cable/1.bmp", "cable/2.bmp"];
        Dataset included = Load(folder, include: "*.bmp");
        Assert.Equal(wanted, Names(included));
        Assert.Empty(included.Problems);
        Dataset excluded = Load(folder, exclude: "*_mask.png,masks/**");
        Assert.Equal(wanted, Names(excluded));
        Assert.Equal("notes.txt", Assert.Single(excluded.Problems).Path);
        Assert.Equal(wanted, Names(Load(folder, "*.bmp,*.txt", "*.txt")));
    }

    [Fact]
    public void A_pattern_that_matches_nothing_is_an_error()
    {
        using var folder = new TestFolder();
        folder.Write("a/1.png", PngFile.Flat(8, 8, 1, 2, 3));
        string message = Assert.Throws<DataException>(() => Load(folder, include: "*.jpgg", exclude: "*.png")).Message;
        Assert.Contains("`include=*.jpgg`: nothing matches", message, StringComparison.Ordinal);
        Assert.Contains("a/1.png", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Named_sets_have_no_patterns() =>
        Assert.Contains("for folders and archives", Assert.Throws<DataException>(() => Loading.Load(new DataRequest("shapes", Include: "*.png"), Loading.Environment())).Message, StringComparison.Ordinal);

    private static Dataset Load(TestFolder folder, string? include = null, string? exclude = null) =>
        Loading.Load(new DataRequest(folder.Root, Include: include, Exclude: exclude), Loading.Environment());

    private static IEnumerable<string> Names(Dataset data) => data.Train.Names.Concat(data.Test?.Names ?? []).Order(StringComparer.Ordinal);
}
