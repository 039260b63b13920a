using System.Text.Json.Nodes;
using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Tests.Networks;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;

namespace ActiveInas.Tests.Training;

/// <summary>Trainings that begin from the weights of another network.</summary>
public sealed class InitialWeightsTests : IDisposable
{
    private static readonly string[] s_classes = ["a", "b", "c", "d"];
    private readonly TemporaryFolder _folder = new();
    private readonly string _file;

    public InitialWeightsTests()
    {
        _file = _folder["network.safetensors"];
        Save(NetworkSamples.Shape(2, 1), seed: 3);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_larger_network_takes_what_both_have_and_begins_at_random_elsewhere()
    {
        NetworkShape larger = NetworkSamples.Shape(3, 2);
        Dictionary<string, float[]> file = Weights(NetworkSamples.Shape(2, 1), network => network.Initialize(3));
        Dictionary<string, float[]> random = Weights(larger, network => network.Initialize(9));
        int taken = 0;
        Dictionary<string, float[]> begun = Weights(larger, network =>
        {
            network.Initialize(9);
            taken = InitialWeights.Of(_file, s_classes).Apply(network);
        });
        string[] shared = [.. file.Keys.Where(name => !name.StartsWith("fc.weight", StringComparison.Ordinal))];
        Assert.Equal(shared.Length, taken);
        Assert.All(begun, pair => Assert.Equal(shared.Contains(pair.Key) ? file[pair.Key] : random[pair.Key], pair.Value));
        Assert.Contains("layer1.1.conv2.weight", shared);
    }

    [Theory]
    [InlineData(true, "a", "b", "c", "d")]
    [InlineData(false, "b", "a", "c", "d")]
    [InlineData(false, "a", "b", "c")]
    public void The_last_layer_is_taken_where_the_classes_are_the_same(bool wanted, params string[] classes)
    {
        NetworkShape shape = NetworkSamples.Shape(2, 1, classes: classes.Length);
        InitialWeights weights = InitialWeights.Of(_file, classes);
        Assert.Equal(wanted, weights.Head);
        Dictionary<string, float[]> begun = Weights(shape, network =>
        {
            network.Initialize(9);
            weights.Apply(network);
        });
        float[] random = Weights(shape, network => network.Initialize(9))["fc.weight"];
        Assert.Equal(!wanted, random.SequenceEqual(begun["fc.weight"]));
    }

    [Fact]
    public void A_file_that_has_changed_since_is_refused()
    {
        InitialWeights weights = InitialWeights.Of(_file, s_classes);
        Save(NetworkSamples.Shape(2, 1), seed: 4);
        ModelFileException exception = Assert.Throws<ModelFileException>(() => Weights(NetworkSamples.Shape(2, 1), network => weights.Apply(network)));
        Assert.Contains(weights.Sha256, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_training_begins_there_and_depends_on_the_contents_alone()
    {
        ImageSet images = NetworkSamples.Images(16, 8, 4, 5);
        Recipe recipe = RecipeFile.Parse("""{ "basedOn": "quick", "name": "still", "batchSize": 4, "weightDecay": 0, "training": { "epochs": 1, "minimumSteps": 0, "schedule": { "peak": 1e-30 } } }""", "test");
        using LocalTrainer trainer = new(images, new Normalization(127.5, 70), new LocalTrainerOptions(1, TimeSpan.FromHours(1)));
        TrialRequest request = new("round-01/train", new Architecture(2, 1), 4, NetworkSamples.Samples(images, 0, 16), [], recipe, 7) { Init = InitialWeights.Of(_file, s_classes) };
        File.Copy(_file, _folder["copy.safetensors"]);
        TrialRequest copied = request with { Init = InitialWeights.Of(_folder["copy.safetensors"], s_classes) };
        float[] kernel = Weights(NetworkSamples.Shape(2, 1), network => network.Initialize(3))["layer1.1.conv2.weight"];
        foreach (TrialRequest one in (TrialRequest[])[request, copied])
        {
            // Steps of no length: what it ends with is what it began with.
            TrainedModel trained = await trainer.TrainAsync(one, CancellationToken.None);
            using NetworkModel model = Assert.IsType<NetworkModel>(trained.Model);
            model.Save(_folder["trained.safetensors"], s_classes);
            using SafetensorsReader reader = new(_folder["trained.safetensors"]);
            Assert.Equal(kernel, reader.Read("layer1.1.conv2.weight", reader.ShapeOf("layer1.1.conv2.weight")!.Select(extent => (int)extent).ToArray()));
        }

        Assert.Equal(request.Digest([]), copied.Digest([]));
        Assert.NotEqual(request.Digest([]), (request with { Init = null }).Digest([]));
        Assert.NotEqual(request.Digest([]), (request with { Init = request.Init with { Sha256 = new string('0', 64) } }).Digest([]));
    }

    [Fact]
    public void A_job_carries_it()
    {
        TrialRequest request = new("round-01/train", new Architecture(1, 1), 1, [new LabelledSample(new SampleId(0), 0)], [], Recipes.Quick, 7) { Init = new InitialWeights("weights/x.safetensors", new string('0', 64), true) };
        TrialJob job = new(new TrialData(new DataRequest("shapes"), ["a"], new string('a', 64)), KernelFamily.Winograd, request);
        TrialJob read = TrialJob.FromJson(job.ToJson(), "job.json");
        Assert.Equal(request.Init, read.Request.Init);
        Assert.Equal(job.Id, (job with { Request = request with { Init = request.Init with { File = "elsewhere" } } }).Id);
        JsonObject json = JsonNode.Parse(job.ToJson())!.AsObject();
        json["request"]!["init"]!["depth"] = 1;
        Assert.Contains("depth", Assert.Throws<ConfigurationException>(() => TrialJob.FromJson(json.ToJsonString(), "job.json")).Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, float[]> Weights(NetworkShape shape, Action<ResidualNetwork> prepare)
    {
        using IDevice device = KernelTable.Open(StorageType.Single, threads: 1);
        using ResidualNetwork network = new(device, shape, NetworkSamples.Norm, 1, training: false);
        prepare(network);
        return network.Weights.ToDictionary(weight => weight.Name, weight => weight.Read());
    }

    private void Save(NetworkShape shape, ulong seed)
    {
        using IDevice device = KernelTable.Open(StorageType.Single, threads: 1);
        using ResidualNetwork network = new(device, shape, NetworkSamples.Norm, 1, training: false);
        network.Initialize(seed);
        ModelFile.Save(_file, network, new Normalization(120, 60), s_classes);
    }
}
