using System.Text.Json.Nodes;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Store;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Sessions;

/// <summary>Whole runs over a backend that trains nothing: what is recorded, what resumes, what is refused.</summary>
public sealed class ActiveInasRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_leaves_every_file_of_a_run()
    {
        RunDocument run = await Start("run");
        Assert.Equal(RunState.Finished, run.State);
        Assert.Equal([10, 20, 30, 40], run.Rounds.Select(round => round.Labels));
        string[] files =
        [
            "config.json", "environment.json", "log.txt", "metrics.jsonl", "model/model.safetensors", "queries/round_00.csv", "queries/round_01.csv",
            "queries/round_02.csv", "queries/round_03.csv", "rounds.csv", "run.db", "run.lock", $"tb/{TensorBoardFile.Name}",
        ];
        ILookup<bool, string> found = Files(_folder["run"]).ToLookup(file => file.StartsWith("tb/train/", StringComparison.Ordinal));
        Assert.Equal(files, found[false]);

        // An event file for each training: those of the search, and the network of the round.
        string[] trainings = [.. found[true].Select(file => Path.GetFileName(Path.GetDirectoryName(file)!))];
        Assert.Equal(["round-01_search_A(1,1)", "round-01_search_A(1,2)", "round-01_search_A(2,1)", "round-01_train"], trainings.Where(key => key.StartsWith("round-01", StringComparison.Ordinal)));
        Assert.Equal(run.Rounds.Sum(round => round.Search!.Candidates.Count + 1), trainings.Length);

        string[] query = File.ReadAllLines(_folder["run/queries/round_01.csv"]);
        Assert.Equal("id,path,score,rank", query[0]);
        Assert.Equal(11, query.Length);
        string[] first = query[1].Split(',');
        Assert.Equal($"train/{int.Parse(first[0]):000}.png", first[1]);
        Assert.Equal("1", first[3]);
        Assert.Equal(5, File.ReadAllLines(_folder["run/rounds.csv"]).Length);
        JsonNode environment = JsonNode.Parse(File.ReadAllText(_folder["run/environment.json"]))!;
        Assert.Equal("fake-kernels", environment["kernels"]!.GetValue<string>());
        Assert.Equal(SystemMath.Library, environment["c_library"]?.GetValue<string>());
        RunConfiguration recorded = RunConfiguration.FromJson(File.ReadAllText(_folder["run/config.json"]), "config.json");
        Assert.Equal((10, "fake-kernels"), (recorded.Initial, recorded.Kernels));
        Assert.All(File.ReadAllLines(_folder["run/metrics.jsonl"]), line => Assert.NotNull(JsonNode.Parse(line)));
    }

    [Fact]
    public async Task The_document_has_the_promised_shape()
    {
        JsonObject json = JsonNode.Parse((await Start("run")).ToJson())!.AsObject();
        Assert.Equal(1, json["schema_version"]!.GetValue<int>());
        Assert.Superset(
            new HashSet<string> { "schema_version", "run", "data", "query", "seed", "rounds", "auc", "seconds" }, json.Select(pair => pair.Key).ToHashSet());
        JsonObject round = json["rounds"]![0]!.AsObject();
        Assert.Equal(
            ["round", "labels", "class_labels", "architecture", .. RoundMetrics.All.Select(metric => metric.Key), "test_classes", "never_predicted", "kappa", "search", "query"],
            round.Select(pair => pair.Key).ToHashSet());
        Assert.Equal(["blocks", "stacks"], round["architecture"]!.AsObject().Select(pair => pair.Key));
        Assert.Superset(
            new HashSet<string> { "blocks", "stacks", "validation_error", "parameters", "seconds", "chosen" },
            round["search"]!["candidates"]![0]!.AsObject().Select(pair => pair.Key).ToHashSet());
        Assert.Equal("softmax-response", round["query"]!["name"]!.GetValue<string>());
        Assert.Null(json["rounds"]![3]!["query"]);
        double[] errors = [.. json["rounds"]!.AsArray().Select(node => 1 - node!["test_accuracy"]!.GetValue<double>())];
        double auc = ((errors[0] + errors[3]) / 2 + errors[1] + errors[2]) / 3;
        Assert.Equal(auc, json["auc"]!.GetValue<double>(), 12);

        // The fake's classes: accuracy as a whole, no images, 1.
        Assert.Equal(auc / 2, json["balanced_auc"]!.GetValue<double>(), 11);
    }

    [Fact]
    public async Task A_fixed_architecture_has_no_search_and_one_point_has_no_area()
    {
        RunDocument run = await Start("run", Configuration() with { Architecture = new(2, 2), Budget = 10 });
        JsonObject json = JsonNode.Parse(run.ToJson())!.AsObject();
        Assert.Null(json["rounds"]![0]!["search"]);
        Assert.Equal(2, json["rounds"]![0]!["architecture"]!["stacks"]!.GetValue<int>());
        Assert.Null(json["auc"]);
    }

    /// <summary>A copy of the folder before each step is what kill -9 would have left there; each must resume to the same bytes.</summary>
    [Fact]
    public async Task A_run_killed_before_any_step_resumes_to_the_same_bytes()
    {
        List<string> moments = [];
        RunDocument whole = await Start("run", parts: FakeBackend.Parts(moment =>
        {
            CopyFolder(_folder["run"], _folder[$"killed-{moments.Count}"]);
            moments.Add(moment);
        }));
        Assert.True(moments.Count > 40, $"only {moments.Count} moments");
        for (int i = 0; i < moments.Count; i++)
        {
            string killed = _folder[$"killed-{i}"];
            RunDocument resumed = await ActiveInasRun.ResumeAsync(killed, parts: FakeBackend.Parts());
            Assert.Equal(Comparable(whole), Comparable(resumed));
            AssertSameResults(_folder["run"], killed, moments[i]);
        }
    }

    [Fact]
    public async Task A_training_resumes_from_its_checkpoint_also_when_it_was_over_but_not_recorded()
    {
        bool copied = false;
        await Start("run", parts: FakeBackend.Parts(moment =>
        {
            if (moment == "round-01/train step 3")
            {
                CopyFolder(_folder["run"], _folder["killed"]);
                copied = true;
            }
        }));
        Assert.True(copied);
        List<string> made = [];
        await ActiveInasRun.ResumeAsync(_folder["killed"], parts: FakeBackend.Parts(made.Add));
        Assert.DoesNotContain(made, moment => moment.StartsWith("round-01/train step", StringComparison.Ordinal));
        Assert.Contains("round-02/train step 1", made);
    }

    [Fact]
    public async Task A_cancelled_run_goes_on_from_its_checkpoint()
    {
        using CancellationTokenSource stop = new();
        RunParts parts = FakeBackend.Parts(moment =>
        {
            if (moment == "round-02/train")
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ActiveInasRun.StartAsync(Configuration() with { Out = _folder["run"] }, parts: parts, cancellation: stop.Token));
        Assert.Equal(RunState.Stopped, RunDocument.Read(RunFolder.At(_folder["run"])).State);
        Assert.Single(RunDocument.Read(RunFolder.At(_folder["run"])).Rounds);
        Assert.Equal(RunState.Finished, (await ActiveInasRun.ResumeAsync(_folder["run"], parts: FakeBackend.Parts())).State);
    }

    [Fact]
    public async Task A_finished_run_resumes_to_its_document_without_any_work()
    {
        RunDocument first = await Start("run");
        RunDocument again = await ActiveInasRun.ResumeAsync(
            _folder["run"], parts: FakeBackend.Parts(moment => Assert.Fail(moment), kernels: "other"));
        Assert.Equal(first.ToJson(), again.ToJson());
    }

    [Fact]
    public async Task A_moved_run_goes_on_where_it_lies()
    {
        await StopIn("run", "round-02/train");
        Directory.Move(_folder["run"], _folder["moved"]);
        RunDocument run = await ActiveInasRun.ResumeAsync(_folder["moved"], parts: FakeBackend.Parts());
        Assert.Equal(RunState.Finished, run.State);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public async Task Other_kernels_are_refused_unless_allowed()
    {
        await StopIn("run", "round-02/train");
        RunException error = await Assert.ThrowsAsync<RunException>(
            () => ActiveInasRun.ResumeAsync(_folder["run"], parts: FakeBackend.Parts(kernels: "other")));
        Assert.Contains("fake-kernels", error.Message, StringComparison.Ordinal);
        Assert.Contains("`allowOtherKernels`", error.Message, StringComparison.Ordinal);
        ResumeOptions allowed = new() { AllowOtherKernels = true };
        Assert.Equal(RunState.Finished, (await ActiveInasRun.ResumeAsync(_folder["run"], allowed, parts: FakeBackend.Parts(kernels: "other"))).State);
        Assert.Contains("other", File.ReadAllText(_folder["run/environment.json"]), StringComparison.Ordinal);
        Assert.Equal("other", RunConfiguration.FromJson(File.ReadAllText(_folder["run/config.json"]), "config.json").Kernels);
    }

    [Fact]
    public async Task Named_kernels_that_are_not_usable_are_refused_before_anything_is_made()
    {
        ConfigurationException error = await Assert.ThrowsAsync<ConfigurationException>(
            () => Start("run", Configuration() with { Kernels = "winograd-avx513-bf16" }));
        Assert.Contains("Did you mean winograd-avx512-bf16? Usable here: reference-bf16, ", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    /// <summary>Real trainings: kernels that are not those which a measurement chooses here.</summary>
    [SkippableFact]
    public async Task A_run_started_again_from_its_configuration_gives_the_same_bytes()
    {
        const string named = "vector-portable-bf16";
        Skip.If(KernelTable.FindUsable(named) is null, $"{named} may not be used here");
        RunParts parts = FakeBackend.Parts() with
        {
            CreateBackend = RunParts.Default.CreateBackend,
            ChooseKernels = RunParts.Default.ChooseKernels,
            RequireKernels = RunParts.Default.RequireKernels,
        };
        RunDocument measured = await Start("measured", Trained(), parts);
        Assert.Equal(RunParts.Default.ChooseKernels(null), measured.Kernels);
        RunDocument first = await Start("first", Trained() with { Kernels = named }, parts);
        Assert.Equal((named, named), (first.Kernels, first.Configuration.Kernels));
        await Start("again", RunConfiguration.FromJson(File.ReadAllText(_folder["first/config.json"]), "config.json"), parts);
        Assert.Equal(File.ReadAllBytes(_folder["first/model/model.safetensors"]), File.ReadAllBytes(_folder["again/model/model.safetensors"]));
        Assert.NotEqual(File.ReadAllBytes(_folder["measured/model/model.safetensors"]), File.ReadAllBytes(_folder["again/model/model.safetensors"]));
    }

    /// <summary>A machine that has faster kernels than those a run began with, real trainings.</summary>
    [SkippableFact]
    public async Task A_run_goes_on_with_the_kernels_it_was_recorded_with()
    {
        const string recorded = "vector-portable-bf16";
        Skip.If(KernelTable.FindUsable(recorded) is null, $"{recorded} may not be used here");
        Assert.NotEqual(recorded, RunParts.Default.ChooseKernels(null));
        Assert.Equal(RunParts.Default.ChooseKernels(null), RunParts.Default.ChooseKernels("kernels-of-another-time"));
        Assert.Equal(recorded, RunParts.Default.ChooseKernels(recorded));
        RunParts now = FakeBackend.Parts() with { CreateBackend = RunParts.Default.CreateBackend, ChooseKernels = RunParts.Default.ChooseKernels };
        RunParts then = now with { ChooseKernels = _ => recorded };
        RunConfiguration configuration = Trained();
        string labels = _folder["labels.csv"];
        RunConfiguration asking = configuration with { Oracle = OracleKind.File, Labels = labels, Out = _folder["run"] };
        await Assert.ThrowsAsync<LabelsPendingException>(() => ActiveInasRun.StartAsync(asking, parts: then));
        Answer("run", 0, labels);
        await Assert.ThrowsAsync<LabelsPendingException>(() => ActiveInasRun.ResumeAsync(_folder["run"], parts: then));
        Answer("run", 1, labels);
        await ActiveInasRun.ResumeAsync(_folder["run"], parts: now);
        await Start("whole", configuration, parts: then);
        Assert.Contains($"resumed with kernels {recorded}", File.ReadAllText(_folder["run/log.txt"]), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(_folder["whole/model/model.safetensors"]), File.ReadAllBytes(_folder["run/model/model.safetensors"]));
    }

    [Fact]
    public async Task Changed_data_is_refused()
    {
        await StopIn("run", "round-02/train");
        RunException error = await Assert.ThrowsAsync<RunException>(
            () => ActiveInasRun.ResumeAsync(_folder["run"], parts: FakeBackend.Parts(data: FakeBackend.Data(first: 1))));
        Assert.Contains("changed since the run began", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_in_use_or_not_a_run_is_refused()
    {
        await Start("run");
        RunException error = await Assert.ThrowsAsync<RunException>(() => Start("run"));
        Assert.Contains($"ainas resume {_folder["run"]}", error.Message, StringComparison.Ordinal);

        Directory.CreateDirectory(_folder["photos"]);
        File.WriteAllText(_folder["photos/cat.png"], "x");
        error = await Assert.ThrowsAsync<RunException>(() => Start("photos"));
        Assert.Contains("cat.png", error.Message, StringComparison.Ordinal);
        Assert.Equal(["cat.png"], Files(_folder["photos"]));

        File.WriteAllText(_folder["file"], "x");
        await Assert.ThrowsAsync<RunException>(() => Start("file/below"));
        Assert.Equal("x", File.ReadAllText(_folder["file"]));
    }

    [Fact]
    public async Task A_new_folder_is_made_with_its_parents_and_an_empty_one_is_fine()
    {
        await Start("a/b/c");
        Directory.CreateDirectory(_folder["empty"]);
        await Start("empty");
        Assert.True(File.Exists(_folder["a/b/c/run.db"]));
    }

    [Fact]
    public async Task A_run_that_cannot_begin_leaves_no_trace()
    {
        RunParts parts = FakeBackend.Parts() with { LoadData = (_, _, _) => throw new DataException("no such data") };
        await Assert.ThrowsAsync<DataException>(() => Start("run", parts: parts));
        Assert.False(Directory.Exists(_folder["run"]));
        await Assert.ThrowsAsync<ConfigurationException>(() => Start("run", Configuration() with { Initial = 61, Budget = 61 }));
        Assert.False(Directory.Exists(_folder["run"]));
        await Assert.ThrowsAsync<ConfigurationException>(() => Start("run", Configuration() with { Start = new(1, 4) }));
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public async Task A_run_killed_before_its_first_record_is_started_again_not_resumed()
    {
        Directory.CreateDirectory(_folder["run"]);
        RunStore.OpenWriter(_folder["run/run.db"]).Dispose();
        File.WriteAllText(_folder["run/run.lock"], "");
        File.WriteAllText(_folder["run/run.pid"], "{");
        RunException error = await Assert.ThrowsAsync<RunException>(() => ActiveInasRun.ResumeAsync(_folder["run"], parts: FakeBackend.Parts()));
        Assert.Contains("nothing recorded, start it with run", error.Message, StringComparison.Ordinal);
        Assert.Equal(RunState.Finished, (await Start("run")).State);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_any_more_stops_the_run_and_keeps_what_was_recorded()
    {
        RunParts failing = FakeBackend.Parts(moment =>
        {
            if (moment == "save round_02.safetensors.tmp")
            {
                throw new IOException("No space left on device");
            }
        });
        StorageException error = await Assert.ThrowsAsync<StorageException>(() => Start("run", parts: failing));
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.Contains("ainas resume", error.Message, StringComparison.Ordinal);
        RunDocument whole = await Start("other");
        RunDocument resumed = await ActiveInasRun.ResumeAsync(_folder["run"], parts: FakeBackend.Parts());
        Assert.Equal(Comparable(whole), Comparable(resumed));
    }

    [Fact]
    public async Task A_second_writer_is_told_who_writes()
    {
        TaskCompletionSource inside = new();
        using ManualResetEventSlim goOn = new();
        Task<RunDocument> first = Task.Run(() => Start("run", parts: FakeBackend.Parts(_ =>
        {
            inside.TrySetResult();
            goOn.Wait();
        })));
        Assert.Same(inside.Task, await Task.WhenAny(inside.Task, first));
        Assert.Equal(RunState.Running, RunDocument.Read(RunFolder.At(_folder["run"])).State);
        RunException error = await Assert.ThrowsAsync<RunException>(() => ActiveInasRun.ResumeAsync(_folder["run"], parts: FakeBackend.Parts()));
        goOn.Set();
        await first;
        Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["run/run.pid"]));
    }

    [Fact]
    public async Task Labels_from_outside_arrive_round_by_round()
    {
        string labels = _folder["labels.csv"];
        RunConfiguration configuration = Configuration() with { Oracle = OracleKind.File, Labels = labels, Out = _folder["run"], Classes = ["a", "b", "c"], Budget = 30 };
        RunParts parts = FakeBackend.Parts(data: FakeBackend.Data(labelled: false) with { Classes = [] });
        LabelsPendingException pending = await Assert.ThrowsAsync<LabelsPendingException>(() => ActiveInasRun.StartAsync(configuration, parts: parts));
        Assert.Contains("queries/round_00.csv", pending.Message, StringComparison.Ordinal);
        Assert.Contains("ainas resume", pending.Message, StringComparison.Ordinal);

        Answer("run", 0, labels);
        await Assert.ThrowsAsync<LabelsPendingException>(() => ActiveInasRun.ResumeAsync(_folder["run"], parts: parts));
        Assert.Single(RunDocument.Read(RunFolder.At(_folder["run"])).Rounds);
        Answer("run", 1, labels);
        await Assert.ThrowsAsync<LabelsPendingException>(() => ActiveInasRun.ResumeAsync(_folder["run"], parts: parts));
        Answer("run", 2, labels);
        string moved = _folder["elsewhere.csv"];
        File.Move(labels, moved);
        RunDocument run = await ActiveInasRun.ResumeAsync(_folder["run"], new ResumeOptions { Labels = moved }, parts: parts);
        Assert.Equal([10, 20, 30], run.Rounds.Select(round => round.Labels));
        Assert.Equal(RunState.Finished, run.State);
    }

    [Fact]
    public async Task Labels_that_exist_begin_the_run()
    {
        string labels = _folder["labels.csv"];
        File.WriteAllText(labels, "path,label\n" + string.Concat(Enumerable.Range(20, 12).Select(i => $"train/{i:000}.png,{"abc"[i % 3]}\n")));
        RunConfiguration configuration = Configuration() with { Oracle = OracleKind.File, Labels = labels, Out = _folder["run"] };
        await Assert.ThrowsAsync<LabelsPendingException>(() => ActiveInasRun.StartAsync(configuration, parts: FakeBackend.Parts()));
        Assert.Equal(12, Assert.Single(RunDocument.Read(RunFolder.At(_folder["run"])).Rounds).Labels);
        Assert.Equal(11, File.ReadAllLines(_folder["run/queries/round_01.csv"]).Length);

        RunDocument given = await Start("given", Configuration() with { Labelled = labels });
        Assert.Equal([12, 22, 32, 40], given.Rounds.Select(round => round.Labels));
    }

    [Fact]
    public async Task A_run_stops_for_a_lost_class_unless_it_is_allowed_and_keeps_what_was_lost()
    {
        Dataset data = FakeBackend.Data() with { Loss = new DataLoss(60, 5, ["d"]), Problems = [new DataProblem("d/1.jpg", "corrupt")] };
        RunParts parts = FakeBackend.Parts(data: data);
        RunConfiguration configuration = Configuration() with { Out = _folder["run"] };

        DataException refusal = await Assert.ThrowsAsync<DataException>(() => ActiveInasRun.StartAsync(configuration, parts: parts));
        RunDocument run = await ActiveInasRun.StartAsync(configuration with { AllowMissingClasses = true }, parts: parts);

        Assert.Contains("5 of 60 images cannot be read and are left out, d: no image left", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("d/1.jpg: corrupt", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("`allowMissingClasses`", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(data.Loss.ToString(), run.Warnings[0]);
        Assert.Contains(data.Loss.ToString(), await File.ReadAllTextAsync(_folder["run/log.txt"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_correction_of_a_label_that_was_learnt_is_not_passed_over()
    {
        string labels = _folder["labels.csv"];
        RunConfiguration configuration = Configuration() with { Oracle = OracleKind.File, Labels = labels, Out = _folder["run"] };
        RunParts parts = FakeBackend.Parts();
        await Assert.ThrowsAsync<LabelsPendingException>(() => ActiveInasRun.StartAsync(configuration, parts: parts));
        Answer("run", 0, labels);
        await Assert.ThrowsAsync<LabelsPendingException>(() => ActiveInasRun.ResumeAsync(_folder["run"], parts: parts));
        string[] lines = await File.ReadAllLinesAsync(labels);
        string corrected = lines[^1][..^1] + (lines[^1][^1] == 'a' ? 'b' : 'a');
        await File.WriteAllLinesAsync(labels, [.. lines[..^1], corrected]);

        DataException error = await Assert.ThrowsAsync<DataException>(() => ActiveInasRun.ResumeAsync(_folder["run"], parts: parts));

        Assert.Contains($"1 label is not the one that the run has learnt (first: {corrected.Split(',')[0]} is {corrected[^1]}, and was {lines[^1][^1]} in round 1)", error.Message, StringComparison.Ordinal);
        await File.WriteAllLinesAsync(labels, lines);
        await Assert.ThrowsAsync<LabelsPendingException>(() => ActiveInasRun.ResumeAsync(_folder["run"], parts: parts));
    }

    [Fact]
    public async Task A_pool_without_classes_asks_for_them()
    {
        RunParts parts = FakeBackend.Parts(data: FakeBackend.Data(labelled: false) with { Classes = [] });
        ConfigurationException error = await Assert.ThrowsAsync<ConfigurationException>(() => Start("run", parts: parts));
        Assert.Contains("`classes=", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<ConfigurationException>(() => Start("run", Configuration() with { Classes = ["x", "y"] }));
        Assert.Contains("a,b,c", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Digits_are_not_mirrored_by_the_quick_recipe()
    {
        RunParts parts = FakeBackend.Parts(data: FakeBackend.Data() with { MirrorSafe = false });
        RunDocument run = await Start("run", parts: parts);
        Assert.Equal(0, run.Configuration.Recipe.Augmentation.FlipProbability);
    }

    [Theory]
    [InlineData(null, null, 0)]
    [InlineData(null, true, 0.5)]
    [InlineData(true, null, 0.5)]
    [InlineData(true, false, 0)]
    [InlineData(false, null, 0)]
    public async Task Standard_mirrors_what_is_known_to_bear_it_or_what_it_is_told_to(bool? safe, bool? mirror, double expected)
    {
        RunParts parts = FakeBackend.Parts(data: FakeBackend.Data() with { MirrorSafe = safe });
        RunDocument run = await Start("run", Configuration() with { Recipe = Recipes.Standard, Mirror = mirror }, parts: parts);
        Assert.Equal(expected, run.Configuration.Recipe.Augmentation.FlipProbability);
        string log = await File.ReadAllTextAsync(_folder["run/log.txt"]);
        Assert.Equal(safe is null && mirror is null, log.Contains("not mirrored in training, since left and right may matter", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_catalog_finds_runs_by_folder_and_lists_them_with_their_state()
    {
        await Start("runs/one");
        await StopIn("runs/two", "round-02/train");
        Directory.CreateDirectory(_folder["runs/nothing"]);
        Directory.CreateDirectory(_folder["runs/broken"]);
        File.WriteAllText(_folder["runs/broken/run.db"], new string('x', 5000));
        IReadOnlyList<RunSummary> runs = Catalog.List(_folder["runs"]);
        Assert.Equal([RunState.Unreadable, RunState.Finished, RunState.Stopped], runs.Select(run => run.State));
        Assert.Equal((4, 40), (runs[1].Rounds, runs[1].Labels));
        Assert.NotNull(runs[1].Last!.Test);
        Assert.Equal(_folder["runs/one"], Catalog.Find(_folder["runs/one"]).Root);
        Assert.Throws<RunException>(() => Catalog.Find("nothere"));
        Assert.Throws<RunException>(() => Catalog.List(_folder["nothere"]));
    }

    // Small enough to be trained.
    private static RunConfiguration Trained() => Configuration() with
    {
        Architecture = new(1, 1),
        Query = "random",
        Budget = 20,
        Recipe = Recipes.Quick with { BatchSize = 8, Training = Recipes.Quick.Training with { Epochs = 1 } },
    };

    private static RunConfiguration Configuration() => new() { Initial = 10, Batch = new(10), Budget = 40, Seed = 5 };

    private static string Comparable(RunDocument run)
    {
        JsonObject json = JsonNode.Parse(run.ToJson())!.AsObject();
        Strip(json);
        return json.ToJsonString();
    }

    private static void Strip(JsonNode? node)
    {
        if (node is JsonObject map)
        {
            foreach (string key in map.Select(pair => pair.Key).ToArray())
            {
                if (key is "run" or "threads" or "out" || key.Contains("seconds", StringComparison.Ordinal))
                {
                    map.Remove(key);
                }
                else
                {
                    Strip(map[key]);
                }
            }
        }
        else if (node is JsonArray array)
        {
            foreach (JsonNode? item in array)
            {
                Strip(item);
            }
        }
    }

    private static string[] Files(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    private static void AssertSameResults(string expected, string actual, string moment)
    {
        foreach (string part in (string[])["queries", "model"])
        {
            string[] files = Files(Path.Combine(expected, part));
            Assert.Equal(files, Files(Path.Combine(actual, part)));
            foreach (string file in files)
            {
                Assert.True(
                    File.ReadAllBytes(Path.Combine(expected, part, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(actual, part, file))),
                    $"{part}/{file} differs after a kill before '{moment}'");
            }
        }
    }

    internal static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (Path.GetFileName(file) != "run.lock")
            {
                File.Copy(file, target);
            }
        }
    }

    private void Answer(string run, int round, string labels)
    {
        IEnumerable<int> ids = File.ReadAllLines(_folder[$"{run}/queries/round_{round:00}.csv"]).Skip(1).Select(line => int.Parse(line.Split(',')[0]));
        File.AppendAllLines(labels, ids.Select(id => $"train/{id:000}.png,{"abc"[id % 3]}"));
    }

    private async Task StopIn(string name, string stopAt)
    {
        RunParts parts = FakeBackend.Parts(moment =>
        {
            if (moment == stopAt)
            {
                throw new TrainingException("stopped by the test");
            }
        });
        await Assert.ThrowsAsync<TrainingException>(() => Start(name, parts: parts));
    }

    private Task<RunDocument> Start(string name, RunConfiguration? configuration = null, RunParts? parts = null)
        => ActiveInasRun.StartAsync((configuration ?? Configuration()) with { Out = _folder[name] }, parts: parts ?? FakeBackend.Parts());
}
