using ActiveInas.Data;
using ActiveInas.Kernels;
using ActiveInas.Networks;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Runs.Trials;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Trials;

public sealed class TrialRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Out => _folder["out"];

    [Fact]
    public async Task A_candidate_from_a_file_gives_what_the_trainer_gives_in_process()
    {
        TrialFile.Write(_folder["job.json"], TrialJobs.Candidate);
        TrialOutcome outcome = await TrialRun.RunAsync(TrialFile.Read(_folder["job.json"]), Out);
        using LocalTrainer trainer = InProcess(TrialJobs.Candidate);
        TrialResult expected = await trainer.RunAsync(TrialJobs.Candidate.Request, default);

        Assert.Equal(expected.EpochErrors, outcome.Candidate!.EpochErrors);
        Assert.Equal((expected.ValidationError, expected.FinalLoss, expected.Steps), (outcome.Candidate.ValidationError, outcome.FinalLoss, outcome.Steps));
        Assert.Null(outcome.ModelHash);
        Assert.Equal(outcome.ToJson(), TrialOutcome.Read(Path.Combine(Out, "result.json")).ToJson());
        Assert.Equal(["job.json", "result.json", "run.lock"], Directory.GetFileSystemEntries(Out).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(TrialJobs.Candidate.Id, TrialFile.Read(Path.Combine(Out, "job.json")).Id);
    }

    [Fact]
    public async Task The_training_of_a_round_leaves_the_bytes_of_the_network_that_the_trainer_gives_in_process()
    {
        TrialOutcome outcome = await TrialRun.RunAsync(TrialJobs.Round, Out);
        using LocalTrainer trainer = InProcess(TrialJobs.Round);
        TrainedModel expected = await trainer.TrainAsync(TrialJobs.Round.Request, default);
        using IModel model = expected.Model;
        ((NetworkModel)model).Save(_folder["expected.safetensors"], TrialJobs.Data.Classes);

        byte[] bytes = File.ReadAllBytes(Path.Combine(Out, "model", "model.safetensors"));
        Assert.Equal(File.ReadAllBytes(_folder["expected.safetensors"]), bytes);
        Assert.Equal((expected.FinalLoss, expected.Steps), (outcome.FinalLoss, outcome.Steps));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), outcome.ModelHash);
        Assert.Null(outcome.Candidate);
    }

    [Fact]
    public async Task Stopped_it_goes_on_from_its_checkpoint_to_the_same_result()
    {
        TrialOutcome whole = await TrialRun.RunAsync(TrialJobs.RoundOf(400), _folder["whole"]);
        using CancellationTokenSource stop = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => TrialRun.RunAsync(TrialJobs.RoundOf(400), Out, progress: new Listener(value => (value is TrainingProgressed ? stop : null)?.Cancel()), cancellation: stop.Token));
        Assert.False(File.Exists(Path.Combine(Out, "result.json")));
        Assert.Single(Directory.GetFiles(Path.Combine(Out, "checkpoints")));

        List<string> notices = [];
        TrialOutcome resumed = await TrialRun.RunAsync(
            TrialJobs.RoundOf(400), Out, progress: new Listener(value => notices.AddRange(value is Notice notice ? [notice.Message] : Array.Empty<string>())));

        Assert.Contains(notices, notice => notice.Contains("going on from the checkpoint at step", StringComparison.Ordinal));
        Assert.Equal((whole.ModelHash, whole.FinalLoss, whole.Steps), (resumed.ModelHash, resumed.FinalLoss, resumed.Steps));
        Assert.False(Directory.Exists(Path.Combine(Out, "checkpoints")));
    }

    [Fact]
    public async Task Where_a_result_exists_nothing_is_loaded()
    {
        TrialOutcome first = await TrialRun.RunAsync(TrialJobs.Candidate, Out);
        TrialJob gone = TrialJobs.Candidate with { Data = TrialJobs.Candidate.Data with { Request = TrialJobs.Candidate.Data.Request with { Source = _folder["gone"] } } };
        TrialOutcome second = await TrialRun.RunAsync(gone, Out, progress: new Listener(value => Assert.Fail($"{value}")));

        Assert.Equal(first.ToJson(), second.ToJson());
    }

    [Fact]
    public async Task A_folder_serves_one_job()
    {
        await TrialRun.RunAsync(TrialJobs.Candidate, Out);
        RunException done = await Assert.ThrowsAsync<RunException>(() => TrialRun.RunAsync(TrialJobs.Round, Out));
        File.Delete(Path.Combine(Out, "result.json"));
        RunException begun = await Assert.ThrowsAsync<RunException>(() => TrialRun.RunAsync(TrialJobs.Round, Out));

        Assert.All([done, begun], failure => Assert.Contains(
            $"is the folder of job {TrialJobs.Candidate.Id}, and this is job {TrialJobs.Round.Id}", failure.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("run.db")]
    [InlineData("model")]
    public async Task A_folder_of_something_else_is_left_alone(string name)
    {
        Directory.CreateDirectory(Out);
        File.WriteAllText(Path.Combine(Out, name), "mine");

        RunException failure = await Assert.ThrowsAsync<RunException>(() => TrialRun.RunAsync(TrialJobs.Round, Out));

        Assert.Contains($"holds '{name}' and is not the folder of a trial", failure.Message, StringComparison.Ordinal);
        Assert.Equal([Path.Combine(Out, name)], Directory.GetFileSystemEntries(Out));
    }

    [Fact]
    public async Task A_folder_that_another_process_writes_is_refused()
    {
        Directory.CreateDirectory(Out);
        using FolderLock held = FolderLock.Take(RunFolder.At(Out));

        RunException failure = await Assert.ThrowsAsync<RunException>(() => TrialRun.RunAsync(TrialJobs.Round, Out));

        Assert.Contains($"process {Environment.ProcessId}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_data_is_refused_and_leaves_nothing_behind()
    {
        string[] classes = [.. TrialJobs.Data.Classes];
        (TrialData Data, string Message)[] cases =
        [
            (TrialJobs.Round.Data with { Fingerprint = new('0', 64) }, $"wanted {new string('0', 64)}"),
            (TrialJobs.Round.Data with { Request = new DataRequest("shapes", ImageSize: 8, Seed: 2) }, "is not the data of the job: its fingerprint is "),
            (TrialJobs.Round.Data with { Simulate = new(Noise: 0.5) }, "is not the data of the job"),
            (TrialJobs.Round.Data with { Classes = [.. classes[..^1], "hexagon ring"] }, "the class 'hexagon ring' of the job is missing; the data has "),
            (TrialJobs.Round.Data with { Request = new DataRequest(_folder["nowhere"]) }, "nowhere"),
        ];
        foreach ((TrialData data, string message) in cases)
        {
            DataException failure = await Assert.ThrowsAsync<DataException>(() => TrialRun.RunAsync(TrialJobs.Round with { Data = data }, Out));
            Assert.Contains(message, failure.Message, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Out));
        }
    }

    [Fact]
    public async Task A_sample_outside_of_the_pool_is_refused()
    {
        int count = TrialJobs.Data.Train.Count;
        TrialJob outside = TrialJobs.Round with { Request = TrialJobs.Round.Request with { Train = [new LabelledSample(new SampleId(count), 0)] } };

        ConfigurationException failure = await Assert.ThrowsAsync<ConfigurationException>(() => TrialRun.RunAsync(outside, Out));

        Assert.Contains($"there is no image {count} in shapes, whose pool has {count}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_and_the_data_beside_it_can_be_moved_together()
    {
        // Called like a named data set, which it is not.
        WriteImages(_folder["a/shapes"]);
        DataRequest request = new(_folder["a/shapes"], ImageSize: 8);
        Dataset data = Simulation.Parse("noise=0.5").Apply(DataSources.Load(request), request.Seed);
        TrialJob job = TrialJobs.Round with
        {
            Data = new TrialData(request, data.Classes, DatasetFingerprint.Of(data)) { Simulate = new(Noise: 0.5) },
            Request = TrialJobs.Round.Request with { Classes = 2, Train = [.. Enumerable.Range(0, 6).Select(i => new LabelledSample(new SampleId(i), data.Train.Labels[i]))] },
        };
        TrialFile.Write(_folder["a/job.json"], job);
        TrialOutcome first = await TrialRun.RunAsync(TrialFile.Read(_folder["a/job.json"]), _folder["a/out"]);
        Directory.Move(_folder["a"], _folder["b"]);
        TrialJob moved = TrialFile.Read(_folder["b/job.json"]);
        TrialOutcome second = await TrialRun.RunAsync(moved, _folder["out"]);

        Assert.Contains("\"source\":\"./shapes\"", File.ReadAllText(_folder["b/job.json"]), StringComparison.Ordinal);
        Assert.Equal(_folder["b/shapes"], moved.Data.Request.Source);
        Assert.Equal((job.Id, first.ModelHash), (moved.Id, second.ModelHash));
    }

    private static LocalTrainer InProcess(TrialJob job) => new(
        TrialJobs.Data.Train, TrialJobs.Data.Normalization, new LocalTrainerOptions(1, TimeSpan.FromMinutes(1), KernelSelection.FindForRun(job.Kernels)));

    private static void WriteImages(string folder)
    {
        foreach ((string part, string name, int i) in new[] { "train", "test" }.SelectMany(_ => new[] { "dark", "light" }, (part, name) => (part, name)).SelectMany(
            _ => Enumerable.Range(0, 5), (pair, i) => (pair.part, pair.name, i)))
        {
            Directory.CreateDirectory(Path.Combine(folder, part, name));
            byte grey = (byte)((name == "dark" ? 20 : 180) + i + (part == "test" ? 30 : 0));
            byte[] header = System.Text.Encoding.ASCII.GetBytes("P6 8 8 255\n");
            File.WriteAllBytes(Path.Combine(folder, part, name, $"{i}.ppm"), [.. header, .. Enumerable.Repeat(grey, 8 * 8 * 3)]);
        }
    }

    private sealed class Listener(Action<ProgressEvent> heard) : IProgress<ProgressEvent>
    {
        public void Report(ProgressEvent value) => heard(value);
    }
}
