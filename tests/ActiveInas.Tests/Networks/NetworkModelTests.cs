using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Training;

namespace ActiveInas.Tests.Networks;

public sealed class NetworkModelTests : IDisposable
{
    private static readonly Normalization s_normalization = new(120.25, 63.5);
    private readonly string _folder = Directory.CreateTempSubdirectory("ainas-model-").FullName;
    private readonly IDevice _device = KernelTable.Open(StorageType.BFloat16, 1);
    private readonly ImageSet _images = NetworkSamples.Images(10, 8, 4, 1);

    public void Dispose()
    {
        _device.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_loaded_model_has_the_same_weights_and_predicts_the_same_bytes()
    {
        using NetworkModel model = Make(2, 2);
        string path = Path.Combine(_folder, "model.safetensors");
        model.Save(path, ["a", "b", "c", "d"]);
        using NetworkModel loaded = NetworkModel.Load(path, _device, _images);
        Assert.Equal(model.Architecture, loaded.Architecture);
        Assert.Equal(4, loaded.Classes);
        Assert.Equal(128, loaded.EmbeddingLength);
        Assert.Equal(s_normalization, loaded.Normalization);
        Assert.Equal(model.Head.Weights, loaded.Head.Weights);
        Assert.Equal(model.Head.Bias, loaded.Head.Bias);
        SampleId[] samples = Ids(0, 10);
        Assert.Equal(model.Embed(samples, default), loaded.Embed(samples, default));
        string again = Path.Combine(_folder, "again.safetensors");
        loaded.Save(again, ["a", "b", "c", "d"]);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(again));
        Assert.Equal(["a", "b", "c", "d"], ModelFile.Describe(path).ClassNames);
    }

    [Fact]
    public void The_head_over_the_embeddings_gives_the_networks_logits()
    {
        using NetworkModel model = Make(1, 1);
        float[] embeddings = model.Embed(Ids(0, 3), default);
        float[] logits = model.WithNetwork(network =>
        {
            InferenceBatch batch = new(network, s_normalization);
            float[] values = [];
            batch.Run(_images, [0, 1, 2], (_, _) => values = NetworkSamples.Values(network.Logits), default);
            return values;
        });
        for (int n = 0; n < 3; n++)
        {
            for (int c = 0; c < 4; c++)
            {
                double expected = model.Head.Bias[c];
                for (int d = 0; d < 64; d++)
                {
                    expected += embeddings[(n * 64) + d] * model.Head.Weights[(d * 4) + c];
                }

                Assert.Equal(expected, logits[(n * 4) + c], 1e-4);
            }
        }
    }

    [Fact]
    public void An_embedding_depends_on_its_image_only()
    {
        using NetworkModel model = Make(1, 2);
        float[] all = model.Embed(Ids(0, 10), default);
        SampleId[] mixed = [new(7), new(2), new(7)];
        float[] some = model.Embed(mixed, default);
        for (int n = 0; n < mixed.Length; n++)
        {
            Assert.Equal(all.AsSpan(mixed[n].Value * 128, 128).ToArray(), some.AsSpan(n * 128, 128).ToArray());
        }

        Assert.Empty(model.Embed([], default));
    }

    [Fact]
    public void Kernels_are_written_in_OIHW_order_and_the_dense_layer_as_classes_by_D()
    {
        using NetworkModel model = Make(1, 1);
        string path = Path.Combine(_folder, "model.safetensors");
        model.Save(path, []);
        using SafetensorsReader reader = new(path);
        float[] file = reader.Read("conv1.weight", [64, 3, 3, 3]);
        float[] engine = model.WithNetwork(network => NetworkSamples.Values(network.Parameters[0].Values));
        foreach ((int k, int c, int y, int x) in new[] { (0, 0, 0, 0), (5, 2, 1, 0), (63, 1, 0, 2), (63, 2, 2, 2) })
        {
            Assert.Equal(engine[(((((y * 3) + x) * 3) + c) * 64) + k], file[(((((k * 3) + c) * 3) + y) * 3) + x]);
        }

        float[] dense = reader.Read("fc.weight", [4, 64]);
        Assert.Equal(model.Head.Weights[(10 * 4) + 3], dense[(3 * 64) + 10]);
        Assert.Equal("pt", reader.Metadata["format"]);
        Assert.Equal("A(1,1)", reader.Metadata["architecture"]);
        Assert.Contains("layer1.0.bn2.running_var", reader.Names);
    }

    [Fact]
    public void A_model_of_another_image_size_or_with_damaged_metadata_is_refused()
    {
        using NetworkModel model = Make(1, 1);
        string path = Path.Combine(_folder, "model.safetensors");
        model.Save(path, []);
        ImageSet other = NetworkSamples.Images(2, 6, 4, 1);
        Assert.Contains("8x8", Assert.Throws<ModelFileException>(() => NetworkModel.Load(path, _device, other)).Message, StringComparison.Ordinal);
        foreach ((string from, string to, string problem) in new[]
        {
            ("\"blocks\":\"1\"", "\"blocks\":\"x\"", "'blocks' is 'x'"),
            ("\"blocks\":\"1\"", "\"blocks\":\"2\"", "is missing"),
            ("\"stacks\":\"1\"", "\"stacks\":\"9\"", "A(1,9)"),
            ("\"classes\":\"4\"", "\"classes\":\"5\"", "[5, 64] is wanted"),
            ("\"mean\":\"120.25\"", "\"mean\":\"......\"", "'mean'"),
            ("\"stacks\":", "\"stocks\":", "no 'stacks'"),
            ("\"class_names\":\"[]\"", "\"class_names\":\"[[\"", "'class_names'"),
        })
        {
            string text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path));
            Assert.Contains(from, text, StringComparison.Ordinal);
            string damaged = Path.Combine(_folder, "damaged.safetensors");
            File.WriteAllBytes(damaged, System.Text.Encoding.Latin1.GetBytes(text.Replace(from, to, StringComparison.Ordinal)));
            ModelFileException failure = Assert.Throws<ModelFileException>(() => NetworkModel.Load(damaged, _device, _images));
            Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Class_names_must_fit() => Assert.Throws<ArgumentException>(() =>
    {
        using NetworkModel model = Make(1, 1);
        model.Save(Path.Combine(_folder, "model.safetensors"), ["one"]);
    });

    [Fact]
    public void Test_evaluation_in_single_precision_is_close_to_that_in_bf16()
    {
        ImageSet test = NetworkSamples.Images(40, 8, 4, 9);
        test.Labels[3] = ImageSet.Unknown;
        using NetworkModel model = Make(1, 2);
        using TestEvaluator half = new(test, StorageType.BFloat16, 1);
        using TestEvaluator single = new(test, StorageType.Single, 1);
        Evaluation a = half.Evaluate(model, default)!;
        Evaluation b = single.Evaluate(model, default)!;
        Assert.Equal(39, a.Count);
        Assert.Equal(39, b.Count);
        Assert.Equal(a.Loss, b.Loss, 0.02);
        Assert.NotEqual(a.Loss, b.Loss);
        Assert.Equal(a.Accuracy, b.Accuracy, 0.11);
        using TestEvaluator none = new(null);
        Assert.Null(none.Evaluate(model, default));
    }

    private static SampleId[] Ids(int first, int count) => Enumerable.Range(first, count).Select(i => new SampleId(i)).ToArray();

    private NetworkModel Make(int blocks, int stacks)
    {
        NetworkShape shape = NetworkSamples.Shape(blocks, stacks);
        ResidualNetwork network = new(_device, shape, NetworkSamples.Norm, 4, training: false);
        network.Initialize(7);
        return new NetworkModel(network, _images, s_normalization);
    }
}
