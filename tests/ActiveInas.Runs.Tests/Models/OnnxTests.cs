using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Runs.Models;
using ActiveInas.Runs.Models.Onnx;
using ActiveInas.Tests.Shared;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ActiveInas.Runs.Tests.Models;

/// <summary>ONNX files as another program runs them, against our own 32-bit path.</summary>
public sealed class OnnxTests : IDisposable
{
    private const int Count = 1000;

    // Sums in another order; weights rounded to 11 bits.
    private const double Exact = 1e-4, Halved = 5e-3;

    private static readonly Lazy<ImageSet> s_images = new(() => ModelSamples.Images(Count));
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, false, Exact)]
    [InlineData(true, false, Exact)]
    [InlineData(false, true, Halved)]
    [InlineData(true, true, Halved)]
    public void Another_program_predicts_the_same(bool fold, bool half, double tolerance)
    {
        using Pair pair = new(_folder, new OnnxOptions { Fold = fold, Half = half });
        int[] all = [.. Enumerable.Range(0, Math.Min(Count, s_images.Value.Count))];
        double worst = 0, worstEmbedding = 0;
        int worstImage = 0;
        List<int> otherClass = [];
        foreach (int[] part in all.Chunk(100))
        {
            (float[] probabilities, float[] embeddings) = pair.Ours(s_images.Value, part);
            (float[] theirs, float[] theirEmbeddings) = pair.Theirs(s_images.Value, part);
            for (int i = 0; i < probabilities.Length; i++)
            {
                double difference = Math.Abs(probabilities[i] - theirs[i]);
                (worst, worstImage) = difference > worst ? (difference, part[i / 10]) : (worst, worstImage);
            }

            worstEmbedding = Math.Max(worstEmbedding, embeddings.Zip(theirEmbeddings, (a, b) => Math.Abs(a - b) / (1.0 + Math.Abs(a))).Max());
            otherClass.AddRange(part.Where((_, i) => Softmax.ArgMax(probabilities.AsSpan(i * 10, 10)) != Softmax.ArgMax(theirs.AsSpan(i * 10, 10))));
        }

        Assert.True(worst <= tolerance, $"image {worstImage}: a probability differs by {worst:E2}, at most {tolerance:E0} is wanted (embeddings by {worstEmbedding:E2})");
        Assert.True(worstEmbedding <= tolerance * 10, $"an embedding differs by {worstEmbedding:E2}");
        if (half)
        {
            Assert.True(otherClass.Count <= all.Length / 100, $"{otherClass.Count} of {all.Length} images have another class");
        }
        else
        {
            Assert.Empty(otherClass);
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void The_file_says_what_it_is(bool fold, bool half)
    {
        using Pair pair = new(_folder, new OnnxOptions { Fold = fold, Half = half });
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(pair.Path));
        Assert.Equal(8, model.IrVersion);
        OperatorSetIdProto opset = Assert.Single(model.OpsetImport);
        Assert.Equal(("", 17), (opset.Domain, opset.Version));
        Dictionary<string, string> metadata = model.MetadataProps.ToDictionary(pair => pair.Key, pair => pair.Value);
        Assert.Equal("""["airplane","automobile","bird","cat","deer","dog","frog","horse","ship","truck"]""", metadata["class_names"]);
        Assert.Equal(("A(1,3)", "0..255", "120.7"), (metadata["architecture"], metadata["pixel_range"], metadata["mean"]));

        GraphProto graph = model.Graph;
        Assert.All(graph.Node.SelectMany(node => node.Attribute), attribute => Assert.NotEqual(AttributeProto.Types.AttributeType.Undefined, attribute.Type));
        Assert.All(graph.Node.SelectMany(node => node.Attribute), attribute => Assert.True(attribute.HasType));
        Assert.Equal(graph.Node.Count, graph.Node.Select(node => node.Name).Distinct().Count());
        Assert.Equal(!fold, graph.Node.Any(node => node.OpType == "BatchNormalization"));
        Assert.Equal(["input"], graph.Input.Select(input => input.Name));
        Assert.Equal(["logits", "probabilities", "embedding"], graph.Output.Select(output => output.Name));
        Assert.All(graph.Input.Concat(graph.Output), value => Assert.Equal("N", value.Type.TensorType.Shape.Dim[0].DimParam));
        int kernel = (int)(half ? TensorProto.Types.DataType.Float16 : TensorProto.Types.DataType.Float);
        Assert.Equal(kernel, graph.Initializer.Single(weights => weights.Name == "layer2.0.conv1.weight").DataType);

        // In an order that can be run, with nothing unknown and nothing unused.
        HashSet<string> known = ["input", .. graph.Initializer.Select(weights => weights.Name)];
        HashSet<string> used = [.. graph.Output.Select(output => output.Name)];
        foreach (NodeProto node in graph.Node)
        {
            Assert.Empty(node.Input.Except(known));
            used.UnionWith(node.Input);
            known.UnionWith(node.Output);
        }

        Assert.Empty(known.Except(used));
    }

    [Fact]
    public void The_same_model_gives_the_same_bytes_at_about_half_the_size_when_halved()
    {
        using Pair first = new(_folder, new OnnxOptions(), "first"), again = new(_folder, new OnnxOptions(), "again"), half = new(_folder, new OnnxOptions { Half = true }, "half");
        Assert.Equal(File.ReadAllBytes(first.Path), File.ReadAllBytes(again.Path));
        Assert.InRange((double)new FileInfo(half.Path).Length / new FileInfo(first.Path).Length, 0.49, 0.52);
    }

    /// <summary>A model on our 32-bit path and its ONNX file in ONNX Runtime.</summary>
    private sealed class Pair : IDisposable
    {
        private readonly IDevice _device = KernelTable.Open(StorageType.Single, threads: 0);
        private readonly ResidualNetwork _network;
        private readonly ModelDescription _description;
        private readonly InferenceSession _session;

        public Pair(TemporaryFolder folder, OnnxOptions options, string name = "model")
        {
            string model = folder[$"{name}.safetensors"];
            Path = folder[$"{name}.onnx"];
            ModelSamples.Write(model, ModelSamples.Shape(32));
            using (SavedModel loaded = SavedModel.Load(model, _device))
            {
                loaded.SaveOnnx(Path, options);
            }

            (_network, _description) = ModelFile.Load(model, _device);
            _session = new InferenceSession(Path);
        }

        public string Path { get; }

        public (float[] Probabilities, float[] Embeddings) Ours(ImageSet images, int[] indices)
        {
            int length = _network.Plan.EmbeddingLength;
            float[] probabilities = new float[indices.Length * 10], embeddings = new float[indices.Length * length];
            new InferenceBatch(_network, _description.Normalization).Run(
                images,
                indices,
                (first, count) =>
                {
                    _network.Logits.Read(probabilities.AsSpan(first * 10, count * 10));
                    _network.Embedding.Read(embeddings.AsSpan(first * length, count * length));
                },
                default);
            for (int i = 0; i < indices.Length; i++)
            {
                Softmax.Row(probabilities.AsSpan(i * 10, 10));
            }

            return (probabilities, embeddings);
        }

        public (float[] Probabilities, float[] Embeddings) Theirs(ImageSet images, int[] indices)
        {
            DenseTensor<float> input = new([indices.Length, 3, images.Height, images.Width]);
            for (int n = 0; n < indices.Length; n++)
            {
                ReadOnlySpan<byte> image = images.Image(indices[n]);
                for (int i = 0; i < image.Length; i++)
                {
                    input[n, i % 3, i / 3 / images.Width, i / 3 % images.Width] = image[i];
                }
            }

            using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = _session.Run([NamedOnnxValue.CreateFromTensor("input", input)]);
            float[] Output(string name) => outputs.Single(output => output.Name == name).AsTensor<float>().ToArray();
            float[] logits = Output("logits"), probabilities = Output("probabilities");
            Softmax.Row(logits.AsSpan(0, 10));
            Assert.All(logits.Take(10).Zip(probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
            return (probabilities, Output("embedding"));
        }

        public void Dispose()
        {
            _session.Dispose();
            _network.Dispose();
            _device.Dispose();
        }
    }
}
