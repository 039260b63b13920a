using ActiveInas.Data;
using ActiveInas.Data.Trees;

namespace ActiveInas.Tests.Data;

public class TreeLayoutTests
{
    [Fact]
    public void Parts_and_classes()
    {
        TreeLayout layout = Resolve("train/cat/2.png train/cat/1.png train/dog/a/b.png test/dog/3.png");
        Assert.Equal("test/dog/3.png:test:dog train/cat/1.png:train:cat train/cat/2.png:train:cat train/dog/a/b.png:train:dog", Describe(layout));
        Assert.True(layout.IsLabelled);
        Assert.Empty(layout.Problems);
    }

    [Fact]
    public void Classes_without_parts() => Assert.Equal("cat/1.png:train:cat dog/2.png:train:dog", Describe(Resolve("dog/2.png cat/1.png")));

    [Fact]
    public void Names_are_in_ordinal_order() => Assert.Equal("B/1.png:train:B a/10.png:train:a a/2.png:train:a", Describe(Resolve("a/2.png B/1.png a/10.png")));

    [Fact]
    public void One_folder_around_everything_is_looked_through()
    {
        Assert.Equal("set/x/cat/1.png:train:cat set/x/dog/2.png:train:dog", Describe(Resolve("set/x/cat/1.png set/x/dog/2.png")));
        Assert.Equal("set/test/cat/2.png:test:cat set/train/cat/1.png:train:cat", Describe(Resolve("set/train/cat/1.png set/test/cat/2.png")));
    }

    [Theory]
    [InlineData("1.png 2.png", "1.png:train:- 2.png:train:-")]
    [InlineData("photos/1.png photos/2.png", "photos/1.png:train:- photos/2.png:train:-")]
    [InlineData("train/1.png", "train/1.png:train:-")]
    [InlineData("train/1.png test/cat/2.png test/dog/3.png", "test/cat/2.png:test:cat test/dog/3.png:test:dog train/1.png:train:-")]
    [InlineData("1.png test/cat/2.png", "1.png:train:- test/cat/2.png:test:cat")]
    public void Images_without_class_folders_are_a_pool(string images, string expected)
    {
        TreeLayout layout = Resolve(images);
        Assert.Equal(expected, Describe(layout));
        Assert.False(layout.IsLabelled);
        Assert.Empty(layout.Problems);
    }

    [Fact]
    public void A_class_may_be_called_train() =>
        Assert.Equal("car/1.png:train:car train/2.png:train:train", Describe(Resolve("car/1.png train/2.png")));

    [Fact]
    public void Part_folders_count_in_any_case() =>
        Assert.Equal("TRAIN/cat/1.png:train:cat Test/cat/2.png:test:cat", Describe(Resolve("TRAIN/cat/1.png Test/cat/2.png")));

    [Fact]
    public void What_is_left_out_is_listed()
    {
        TreeLayout layout = Resolve("train/cat/1.png train/2.png val/cat/3.png test/4.png 5.png train/dog/6.png", "train/empty");
        Assert.Equal("train/cat/1.png:train:cat train/dog/6.png:train:dog", Describe(layout));
        Assert.Equal(
            ["5.png", "test/4.png", "train/2.png", "train/empty", "val"],
            layout.Problems.Select(problem => problem.Path));
        Assert.Contains("its 1 images are skipped", layout.Problems[4].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_class_beside_one_class_is_no_wrapper()
    {
        TreeLayout layout = Resolve("cat/1.png", "dog");
        Assert.Equal("cat/1.png:train:cat", Describe(layout));
        Assert.Equal("dog", Assert.Single(layout.Problems).Path);
    }

    [Fact]
    public void A_test_part_alone_is_an_error() =>
        Assert.Contains("no images to train on", Assert.Throws<DataException>(() => Resolve("test/cat/1.png")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("./a//b.png", "a/b.png")]
    [InlineData("/a/b.png", "a/b.png")]
    [InlineData("./", null)]
    [InlineData("a/.b.png", null)]
    [InlineData(".git/b.png", null)]
    [InlineData("a/.thumbnails/b.png", null)]
    [InlineData("__MACOSX/a/b.png", null)]
    [InlineData("a/thumbs.DB", null)]
    [InlineData("a/@eaDir/b.png", null)]
    public void Names_are_normalised_and_hidden_files_ignored(string name, string? expected) => Assert.Equal(expected, TreePath.Normalise(name, "x.tar"));

    [Fact]
    public void Names_that_climb_or_never_end_are_errors()
    {
        Assert.Throws<DataException>(() => TreePath.Normalise("a/../../b.png", "x.tar"));
        Assert.Throws<DataException>(() => TreePath.Normalise(string.Concat(Enumerable.Repeat("a/", 100)), "x.tar"));
    }

    private static TreeLayout Resolve(string images, params string[] folders) => TreeLayout.Resolve("source", images.Split(' '), folders);

    private static string Describe(TreeLayout layout) =>
        string.Join(' ', layout.Images.Select(image => $"{image.Path}:{(image.Test ? "test" : "train")}:{image.Class ?? "-"}"));
}
