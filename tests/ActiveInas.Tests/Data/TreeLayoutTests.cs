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
        Assert.Contains("its 1 image is skipped", layout.Problems[4].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_class_beside_one_class_is_no_wrapper()
    {
        TreeLayout layout = Resolve("cat/1.png", "dog");
        Assert.Equal("cat/1.png:train:cat", Describe(layout));
        Assert.Equal("dog", Assert.Single(layout.Problems).Path);
    }

    [Theory]
    [InlineData("Training/cat/1.png Training/dog/2.png Testing/cat/3.png")]
    [InlineData("train_set/cat/1.png train_set/dog/2.png test_set/cat/3.png")]
    [InlineData("training_set/cat/1.png training_set/dog/2.png test_set/cat/3.png")]
    [InlineData("train-data/cat/1.png train-data/dog/2.png test-data/cat/3.png")]
    [InlineData("TrainData/cat/1.png TrainData/dog/2.png TestData/cat/3.png")]
    [InlineData("pets_train/cat/1.png pets_train/dog/2.png pets_test/cat/3.png")]
    [InlineData("seg_train/seg_train/cat/1.png seg_train/seg_train/dog/2.png seg_test/seg_test/cat/3.png")]
    [InlineData("train2017/cat/1.png train2017/dog/2.png test2017/cat/3.png")]
    [InlineData("training/cat/1.png training/dog/2.png evaluation/cat/3.png")]
    [InlineData("train/train/cat/1.png train/train/dog/2.png test/cat/3.png")]
    [InlineData("set/TrainImages/cat/1.png set/TrainImages/dog/2.png set/TestImages/cat/3.png")]
    [InlineData("cat/train/1.png dog/train/2.png cat/test/3.png")]
    [InlineData("cat/Training/1.png dog/Training/2.png cat/Testing/3.png")]
    public void Parts_are_known_by_many_names(string images)
    {
        TreeLayout layout = Resolve(images);
        Assert.Equal(["cat", "dog"], layout.Images.Where(image => !image.Test).Select(image => image.Class));
        Assert.Equal(["cat"], layout.Images.Where(image => image.Test).Select(image => image.Class));
        Assert.Empty(layout.Problems);
    }

    [Theory]
    [InlineData("toy_train/1.png car/2.png")] // no counterpart
    [InlineData("training/1.png swimming/2.png")]
    [InlineData("toy_train/a/1.png model_test/b/2.png")] // the counterpart of another
    public void Classes_whose_names_end_like_parts_stay_classes(string images)
    {
        TreeLayout layout = Resolve(images);
        Assert.Equal(images.Split(' ').Select(path => path.Split('/')[0]).Order(StringComparer.Ordinal), layout.Images.Select(image => image.Class));
        Assert.All(layout.Images, image => Assert.False(image.Test));
    }

    [Theory]
    [InlineData("2023/cat/1.png 2023/dog/2.png 2024/cat/3.png 2024/dog/4.png")]
    [InlineData("fold1/a/1.png fold1/b/2.png fold1/c/3.png fold2/a/4.png fold2/b/5.png")]
    public void Top_folders_that_hold_the_same_folders_are_refused(string images)
    {
        string message = Assert.Throws<DataException>(() => Resolve(images)).Message;
        Assert.Contains($"'{images.Split('/')[0]}'", message, StringComparison.Ordinal);
        Assert.Contains("call the outer ones train and test", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_of_loose_images_are_no_classes()
    {
        TreeLayout layout = Resolve("train1/1.png train1/2.png test1/3.png");
        Assert.Equal("train1/1.png:train:- train1/2.png:train:-", Describe(layout));
        Assert.Equal("test1/3.png", Assert.Single(layout.Problems).Path);
    }

    [Fact]
    public void Two_parts_of_one_kind_are_refused()
    {
        string message = Assert.Throws<DataException>(() => Resolve("train/cat/1.png Train/cat/2.png test/cat/3.png")).Message;
        Assert.Contains("'Train' and 'train'", message, StringComparison.Ordinal);
        Assert.Contains("`exclude=", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train/cat/1.png train/dog/2.png val/cat/3.png")]
    [InlineData("Training/cat/1.png Training/dog/2.png Validation/cat/3.png")]
    [InlineData("cat/train/1.png dog/train/2.png cat/valid/3.png")]
    public void A_validation_part_goes_where_it_is_asked_to_go_or_is_skipped_aloud(string images)
    {
        TreeLayout skipped = Resolve(images);
        Assert.Equal(2, skipped.Images.Count);
        Assert.Contains("its 1 image is skipped (`validationPart=pool`", Assert.Single(skipped.Problems).Message, StringComparison.Ordinal);

        TreeLayout pool = TreeLayout.Resolve("source", images.Split(' '), [], Part.Train);
        Assert.Equal(3, pool.Images.Count(image => !image.Test));
        Assert.Equal(2, pool.Images.Count(image => image.Class == "cat"));
        Assert.Empty(pool.Problems);

        TreeLayout test = TreeLayout.Resolve("source", images.Split(' '), [], Part.Test);
        Assert.Equal("cat", Assert.Single(test.Images, image => image.Test).Class);
    }

    [Theory]
    [InlineData("train/cat/1.png test/cat/2.png val/cat/3.png", Part.Test, "there is a test part already")]
    [InlineData("cat/train/1.png dog/train/2.png dog/test/3.png cat/val/4.png", Part.Test, "there is a test part already")]
    [InlineData("train/cat/1.png test/cat/2.png", Part.Train, "there is no folder val")]
    [InlineData("cat/1.png dog/2.png", Part.Train, "there is no folder val")]
    internal void A_validation_part_that_cannot_go_there_is_an_error(string images, Part part, string expected) =>
        Assert.Contains(expected, Assert.Throws<DataException>(() => TreeLayout.Resolve("source", images.Split(' '), [], part)).Message, StringComparison.Ordinal);

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
