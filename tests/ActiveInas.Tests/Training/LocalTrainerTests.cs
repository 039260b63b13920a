using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Tests.Networks;
using ActiveInas.Training;

namespace ActiveInas.Tests.Training;

public class LocalTrainerTests
{
    private static readonly Normalization s_normalization = new(127.5, 70);
    private static readonly ImageSet s_images = NetworkSamples.Images(24, 8, 3, 4);

    private static readonly Recipe s_recipe = RecipeFile.Parse(
        """
        {
          "basedOn": "quick", "name": "tiny", "batchSize": 6, "candidateScore": "bestEpoch", "dropoutInTraining": true,
          "labelSmoothing": 0.1, "averageShare": 0.2,
          "augmentation": { "cropArea": 0.5, "operations": 2, "magnitude": 0.5, "cutoutShare": 0.3 },
          "training": { "epochs": 4, "minimumSteps": 0 },
          "candidate": { "epochs": 3, "minimumSteps": 0 }
        }
        """,
        "test");

    [Fact]
    public async Task Stopping_at_every_step_and_going_on_gives_the_same_bytes()
    {
        (byte[] expected, TrainedModel whole) = await TrainAsync(null, new Recorder());
        MemoryStore store = new();
        int stops = 0;
        while (true)
        {
            // The save of every step cancels: each round of this loop makes one step.
            using CancellationTokenSource source = new();
            store.Saved = source.Cancel;
            try
            {
                (byte[] actual, TrainedModel resumed) = await TrainAsync(store, new Recorder(), source.Token);
                Assert.Equal(expected, actual);
                Assert.Equal((whole.FinalLoss, whole.Steps), (resumed.FinalLoss, resumed.Steps));
                break;
            }
            catch (OperationCanceledException)
            {
                stops++;
            }
        }

        Assert.Equal(whole.Steps - 1, stops);
        Assert.Empty(store.Data);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_trial_killed_every_few_steps_gives_the_same_result(int killEvery)
    {
        using LocalTrainer trainer = Open(null, new Recorder(), 1);
        TrialResult expected = await trainer.RunAsync(Trial(), default);
        Assert.Equal(3, expected.EpochErrors.Count);
        Assert.Equal(expected.EpochErrors.Min(), expected.ValidationError);
        MemoryStore store = new();
        int kills = 0;
        while (true)
        {
            int saves = 0;
            store.Saved = () =>
            {
                if (++saves == killEvery)
                {
                    throw new InvalidOperationException("killed");
                }
            };
            try
            {
                using LocalTrainer other = Open(store, new Recorder(), 1);
                TrialResult actual = await other.RunAsync(Trial(), default);
                Assert.Equal(expected.EpochErrors, actual.EpochErrors);
                Assert.Equal((expected.ValidationError, expected.FinalLoss, expected.Steps), (actual.ValidationError, actual.FinalLoss, actual.Steps));
                break;
            }
            catch (InvalidOperationException failure) when (failure.Message == "killed")
            {
                kills++;
            }
        }

        Assert.InRange(kills, 2, 6);
    }

    [Fact]
    public async Task The_number_of_threads_and_the_order_of_the_samples_change_nothing()
    {
        byte[][] models = new byte[3][];
        float[][] embeddings = new float[3][];
        for (int i = 0; i < 3; i++)
        {
            using LocalTrainer trainer = Open(null, new Recorder(), 1 << i);
            TrialRequest request = Trial() with { Recipe = RecipeFile.Set(s_recipe, "recipe.training.epochs=1") };
            request = i == 1 ? request with { Train = request.Train.Reverse().ToArray() } : request;
            TrainedModel trained = await trainer.TrainAsync(request, default);
            using IModel model = trained.Model;
            models[i] = Bytes(model);
            embeddings[i] = model.Embed(s_images.Labels.Select((_, n) => new SampleId(n)).ToArray(), default);
        }

        Assert.Equal(models[0], models[1]);
        Assert.Equal(models[0], models[2]);
        Assert.Equal(embeddings[0], embeddings[1]);
        Assert.Equal(embeddings[0], embeddings[2]);
    }

    [Fact]
    public async Task A_candidate_may_be_scored_by_its_last_epoch_only()
    {
        using LocalTrainer trainer = Open(null, new Recorder(), 1);
        TrialRequest request = Trial();
        request = request with { Recipe = request.Recipe with { CandidateScore = CandidateScore.LastEpoch } };
        TrialResult result = await trainer.RunAsync(request, default);
        double error = Assert.Single(result.EpochErrors);
        Assert.Equal(error, result.ValidationError);
        Assert.InRange(error, 0, 1);
        Assert.Equal(0, error * request.Validation.Count % 1, 9);
    }

    /// <summary>Images without a difference get one prediction, whatever was learned: right for 3 or for 1 of the 4 validation images, and for one
    /// of the two classes.</summary>
    [Fact]
    public async Task A_candidate_is_scored_by_the_measure_of_its_request()
    {
        ImageSet same = new(8, 8, new byte[8 * 8 * 8 * 3], [0, 0, 0, 1, 0, 0, 0, 1], [.. Enumerable.Range(0, 8).Select(i => $"{i}.png")]);
        using LocalTrainer trainer = new(same, s_normalization, new LocalTrainerOptions(1, TimeSpan.Zero));
        TrialRequest request = Trial() with { Classes = 2, Train = NetworkSamples.Samples(same, 0, 4), Validation = NetworkSamples.Samples(same, 4, 4) };
        TrialResult plain = await trainer.RunAsync(request, default);
        TrialResult balanced = await trainer.RunAsync(request with { Measure = ErrorMeasure.Balanced }, default);
        Assert.All(plain.EpochErrors, error => Assert.Contains(error, (double[])[0.25, 0.75]));
        Assert.All(balanced.EpochErrors, error => Assert.Equal(0.5, error));
        Assert.Equal(0.5, balanced.ValidationError);
        Assert.Equal(plain.FinalLoss, balanced.FinalLoss);
    }

    [Fact]
    public void A_checkpoint_belongs_to_the_measure_that_scores_the_candidate()
    {
        byte[] Hash(TrialRequest request) => Trainer.Digest(request, request.Recipe.Candidate, new TrainerContext(s_images, s_normalization, new MemoryStore(), TimeSpan.Zero, null));
        TrialRequest request = Trial();
        Assert.Equal(Hash(request), Hash(Trial()));
        Assert.NotEqual(Hash(request), Hash(request with { Measure = ErrorMeasure.Balanced }));
        Assert.NotEqual(Hash(request), Hash(request with { Seed = request.Seed + 1 }));
        Assert.NotEqual(Hash(request), Hash(request with { Train = [.. request.Train.Skip(1)] }));
        Assert.Equal(Hash(request), Hash(request with { Train = [.. request.Train.Reverse()] }));
    }

    [Fact]
    public async Task A_checkpoint_of_another_training_or_a_damaged_one_is_ignored_with_a_notice()
    {
        (byte[] expected, _) = await TrainAsync(null, new Recorder());
        MemoryStore store = new();
        using CancellationTokenSource source = new();
        store.Saved = source.Cancel;
        await Assert.ThrowsAsync<OperationCanceledException>(() => TrainAsync(store, new Recorder(), source.Token));
        byte[] good = store.Data["key"];
        byte[] otherVersion = good.ToArray();
        otherVersion[8] = 99;
        byte[] otherHash = good.ToArray();
        otherHash[12] ^= 1;
        foreach ((byte[] data, string problem) in new[]
        {
            (good[..^1], "cut off"),
            (good[..60], "cut off"),
            (good.Append((byte)0).ToArray(), "behind its end"),
            (otherVersion, "version 99"),
            (otherHash, "another training"),
            (new byte[3], "not a checkpoint"),
        })
        {
            store.Saved = null;
            store.Data["key"] = data;
            Recorder recorder = new();
            (byte[] actual, _) = await TrainAsync(store, recorder);
            Assert.Equal(expected, actual);
            Assert.Contains(recorder.Notices, notice => notice.Contains(problem, StringComparison.Ordinal) && notice.Contains("starts again", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_loss_that_is_not_finite_stops_the_training_and_says_what_to_do()
    {
        using LocalTrainer trainer = Open(null, new Recorder(), 1);
        TrialRequest request = Trial() with
        {
            Recipe = RecipeFile.Set(RecipeFile.Set(s_recipe, "recipe.training.schedule.peak=1000"), "recipe.weightDecay=0.99"),
        };
        request = request with { Recipe = request.Recipe with { Training = request.Recipe.Training with { Epochs = 40 } } };
        TrainingException failure = await Assert.ThrowsAsync<TrainingException>(() => trainer.TrainAsync(request, default));
        Assert.Matches("^key: the loss is (NaN|-?∞|-?Infinity) at step [0-9]+ of [0-9]+, learning rate [0-9.E+]+", failure.Message);
        Assert.Contains("Lower the peak learning rate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_ends_with_the_last_step()
    {
        Recorder recorder = new();
        (_, TrainedModel trained) = await TrainAsync(null, recorder);
        TrainingProgressed last = recorder.Events.OfType<TrainingProgressed>().Last();
        Assert.Equal(("key", trained.Steps, trained.Steps), (last.Key, last.Step, last.Steps));
        Assert.True(last.ImagesPerSecond > 0);
    }

    [Fact]
    public async Task Requests_that_do_not_fit_are_refused()
    {
        using LocalTrainer trainer = Open(null, new Recorder(), 1);
        TrialRequest good = Trial();
        await Assert.ThrowsAsync<ArgumentException>(() => trainer.RunAsync(good with { Validation = [] }, default));
        await Assert.ThrowsAsync<ArgumentException>(() => trainer.TrainAsync(good with { Train = [] }, default));
        await Assert.ThrowsAsync<ArgumentException>(() => trainer.TrainAsync(good with { Train = [new LabelledSample(new SampleId(24), 0)] }, default));
        await Assert.ThrowsAsync<ArgumentException>(() => trainer.TrainAsync(good with { Train = [new LabelledSample(new SampleId(0), 3)] }, default));
        await Assert.ThrowsAsync<ArgumentException>(() => trainer.TrainAsync(good with { Architecture = new Architecture(1, 4) }, default));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => trainer.TrainAsync(good, new CancellationToken(true)));
    }

    private static TrialRequest Trial() => new(
        "key", new Architecture(1, 2), 3, NetworkSamples.Samples(s_images, 0, 15), NetworkSamples.Samples(s_images, 15, 9), s_recipe, 77);

    private static LocalTrainer Open(ICheckpointStore? store, Recorder recorder, int threads)
        => new(s_images, s_normalization, new LocalTrainerOptions(threads, TimeSpan.Zero), store, recorder);

    private static async Task<(byte[] Model, TrainedModel Trained)> TrainAsync(
        ICheckpointStore? store, Recorder recorder, CancellationToken cancellation = default)
    {
        using LocalTrainer trainer = Open(store, recorder, 1);
        TrainedModel trained = await trainer.TrainAsync(Trial() with { Validation = [] }, cancellation);
        using IModel model = trained.Model;
        return (Bytes(model), trained);
    }

    private static byte[] Bytes(IModel model)
    {
        string path = Path.GetTempFileName();
        try
        {
            ((NetworkModel)model).Save(path, []);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private sealed class MemoryStore : ICheckpointStore
    {
        public Dictionary<string, byte[]> Data { get; } = [];

        public Action? Saved { get; set; }

        public Stream? Find(string key) => Data.TryGetValue(key, out byte[]? data) ? new MemoryStream(data) : null;

        public void Save(string key, Action<Stream> write)
        {
            using MemoryStream data = new();
            write(data);
            Data[key] = data.ToArray();
            Saved?.Invoke();
        }

        public void Delete(string key) => Data.Remove(key);
    }

    private sealed class Recorder : IProgress<ProgressEvent>
    {
        public List<ProgressEvent> Events { get; } = [];

        public IEnumerable<string> Notices => Events.OfType<Notice>().Select(notice => notice.Message);

        public void Report(ProgressEvent value) => Events.Add(value);
    }
}
