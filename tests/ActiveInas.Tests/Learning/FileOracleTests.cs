using ActiveInas.Data;
using ActiveInas.Learning;

namespace ActiveInas.Tests.Learning;

public sealed class FileOracleTests : IDisposable
{
    private static readonly string[] s_classes = ["cat", "dog", "Frog"];
    private readonly string _folder = Directory.CreateTempSubdirectory("ainas-labels-").FullName;
    private readonly ImageSet _train = new(1, 1, new byte[15], [-1, -1, -1, -1, -1], ["train/a.png", "train/b, c.png", "train/d.png", "4", "sub/e.png"]);

    private Dataset Data => Stub.Data(_train, s_classes);

    private string LabelPath => Path.Combine(_folder, "labels.csv");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("train/a.png,cat\n2,dog\n")]
    [InlineData("id,label\n0,cat\n2,dog\n")]
    [InlineData("id,label\ntrain/a.png,cat\n2,dog\n")]
    [InlineData("filename,class\n./train/a.png,CAT\ntrain\\d.png,Dog")]
    [InlineData("ID , Label\r\n0 , 0\r\n\r\n2 , 1\r\n")]
    [InlineData("id,path,score,rank,label\n0,train/a.png,0.5,1,cat\n1,\"train/b, c.png\",0.6,2,\n2,train/d.png,0.7,3,dog\n")]
    [InlineData("\"train/a.png\",\"cat\"\n2,dog\n2,dog\n")]
    [InlineData("\uFEFFid,label\n0,cat\n2,dog\n")]
    public void Files_that_say_the_same(string text)
    {
        LabelFileContents contents = Read(text);

        Assert.Equal([new(new(0), 0), new(new(2), 1)], contents.Samples);
        Assert.Empty(contents.Bad);
    }

    [Fact]
    public void Quoted_paths_bad_images_and_names_that_look_like_positions()
    {
        LabelFileContents contents = Read("\"train/b, c.png\",frog\n4,cat\nd.png,-\n");

        // The name "4" is image 3, whatever the column is called.
        Assert.Equal([new(new(1), 2), new(new(3), 0)], contents.Samples);
        Assert.Equal([new SampleId(2)], contents.Bad);
        Assert.Equal([new LabelledSample(new(3), 0)], Read("id,label\n4,cat\n").Samples);
        Assert.Equal([new LabelledSample(new(3), 0)], Read("path,label\n4,cat\n").Samples);
    }

    [Theory]
    [InlineData("train/a.png,cow\n", "line 1: 'cow' is no class; wanted one of cat, dog, Frog")]
    [InlineData("0,cat\n1,3\n", "line 2: '3' is no class")]
    [InlineData("0,cat\ntrain/x.png,dog\n", "line 2: 'train/x.png' is no training image")]
    [InlineData("0,cat\n5,dog\n", "line 2: '5' is no training image")]
    [InlineData("0,cat\n-1,dog\n", "line 2: '-1' is no training image")]
    [InlineData("path,label\n2,dog\n", "line 2: '2' is no training image")]
    [InlineData("0,cat\n1,dog\ntrain/a.png,dog\n", "line 3: image train/a.png is dog here but cat in line 1")]
    [InlineData("0,-\n0,dog\n", "line 2: image 0 is dog here but - in line 1")]
    [InlineData("img,tag\n0,cat\n", "line 1: the header 'img,tag' names no column of classes; wanted one called label")]
    [InlineData("photo,label\n0,cat\n", "if this line is a header")]
    [InlineData("0,cat\n1,1\n", "line 2: '1' is no class")]
    [InlineData("0\n", "has 1 fields; wanted image,class")]
    [InlineData("0,cat,dog\n", "has 3 fields; wanted image,class")]
    [InlineData("id,path,label\n0,train/a.png\n", "has 2 fields; wanted those of the header")]
    [InlineData("0,\"cat\n", "a quote is not closed")]
    [InlineData("0,\"cat\"x\n", "a quote is not closed")]
    public void Wrong_lines_are_named(string text, string message)
    {
        DataException exception = Assert.Throws<DataException>(() => Read(text));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith(LabelPath, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_of_initial_labels_is_named()
        => Assert.Contains(LabelPath, Assert.Throws<DataException>(() => LabelFile.Read(LabelPath, Data)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task The_oracle_answers_what_is_labelled_and_leaves_out_bad_images()
    {
        await File.WriteAllTextAsync(LabelPath, "0,cat\n1,dog\n2,-\n3,cat\n");

        IReadOnlyList<LabelledSample> labels = await Oracle().LabelAsync(3, Stub.Ids(2, 1, 0), CancellationToken.None);

        Assert.Equal([new(new(1), 1), new(new(0), 0)], labels);
        Assert.Equal("file", Oracle().Source);
    }

    [Fact]
    public async Task Missing_labels_are_pending_with_what_to_do()
    {
        await File.WriteAllTextAsync(LabelPath, "0,cat\n");
        FileOracle oracle = Oracle();

        LabelsPendingException exception = await Assert.ThrowsAsync<LabelsPendingException>(
            () => oracle.LabelAsync(3, Stub.Ids(2, 1, 0), CancellationToken.None));

        Assert.Contains("2 of 3 labels that round 3 waits for", exception.Message, StringComparison.Ordinal);
        Assert.Contains("train/d.png", exception.Message, StringComparison.Ordinal);
        Assert.Contains("queries/round_02.csv", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("ainas resume RUN `labels=labels.csv`", exception.Message, StringComparison.Ordinal);
        await File.AppendAllTextAsync(LabelPath, "1,cat\n2,cat\n");
        Assert.Equal(3, (await oracle.LabelAsync(3, Stub.Ids(2, 1, 0), CancellationToken.None)).Count);
    }

    [Fact]
    public async Task A_file_that_is_not_there_yet_is_pending_too()
        => Assert.Contains(
            "does not exist yet",
            (await Assert.ThrowsAsync<LabelsPendingException>(() => Oracle().LabelAsync(1, Stub.Ids(2), CancellationToken.None))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_run_waits_for_people_and_goes_on()
    {
        StubTrainer trainer = new();
        StoringJournal journal = new(trainer);
        ImageSet images = Stub.Images(12);
        FileOracle oracle = new(LabelPath, Stub.Data(images, ["even", "odd"]), round => $"queries/round_{round:00}.csv", "ainas resume RUN");
        ActiveLearner Learner() => new(
            ActiveLearnerTests.Setup.Drawn with { Budget = 7 }, new ActiveInas.Search.FixedArchitecture(new(1, 1), 32, 32),
            new StubBackend(trainer, new StubTrials((_, _) => 0), new StubEvaluator()), new ActiveInas.Querying.SoftmaxResponseQuery(), oracle, journal);
        int stops = 0;
        LearningResult? result = null;
        while (result is null)
        {
            try
            {
                result = await Learner().RunAsync(CancellationToken.None);
            }
            catch (LabelsPendingException)
            {
                Assert.InRange(++stops, 1, 2);
                await File.AppendAllLinesAsync(
                    LabelPath, journal.FindQuery(stops - 1)!.Picks.Select(pick => $"{images.Names[pick.Id.Value]},{(pick.Id.Value % 2 == 0 ? "even" : "odd")}"));
            }
        }

        Assert.Equal(2, stops);
        Assert.Equal([4, 7], result.Rounds.Select(round => round.Labels));
        Assert.Equal(2, trainer.Requests.Count);
        Assert.All(trainer.Requests[^1].Train, sample => Assert.Equal(sample.Id.Value % 2, sample.Label));
    }

    [Fact]
    public async Task A_data_set_without_labels_says_how_to_give_them()
    {
        DatasetOracle oracle = new(_train);

        DataException exception = await Assert.ThrowsAsync<DataException>(() => oracle.LabelAsync(1, Stub.Ids(1), CancellationToken.None));

        Assert.Contains("train/b, c.png", exception.Message, StringComparison.Ordinal);
        Assert.Contains("`oracle=file`", exception.Message, StringComparison.Ordinal);
    }

    private FileOracle Oracle()
        => new(LabelPath, Data, round => $"queries/round_{round:00}.csv", "ainas resume RUN `labels=labels.csv`");

    private LabelFileContents Read(string text)
    {
        File.WriteAllText(LabelPath, text);
        return LabelFile.Read(LabelPath, Data);
    }
}
