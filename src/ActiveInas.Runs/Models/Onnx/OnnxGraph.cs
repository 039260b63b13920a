using ActiveInas.Architectures;
using ActiveInas.Networks;

namespace ActiveInas.Runs.Models.Onnx;

/// <summary>
/// A network as an ONNX graph: input [N, 3, H, W] fp32 RGB 0..255; outputs logits and probabilities [N, classes], embedding [N, D].
/// The same network gives the same bytes.
/// </summary>
/// <remarks>
/// Convolutions are written as they are trained, y = BN(x * w), or folded: w' = w s and b' = shift - mean s with s = scale / sqrt(variance + epsilon).
/// </remarks>
internal sealed class OnnxGraph
{
    /// <summary>Version of the file format.</summary>
    public const int IrVersion = 8;

    /// <summary>Version of the operators.</summary>
    public const int Opset = 17;

    public const string Input = "input", Logits = "logits", Probabilities = "probabilities", Embedding = "embedding";

    // In the order in which the operator takes them.
    private static readonly string[] s_normParts = ["weight", "bias", "running_mean", "running_var"];

    private readonly Dictionary<string, NetworkWeight> _weights;
    private readonly NormSettings _norm;
    private readonly OnnxOptions _options;
    private readonly OnnxNodes _nodes;

    private OnnxGraph(ResidualNetwork network, OnnxOptions options)
    {
        _weights = network.Weights.ToDictionary(weight => weight.Name, StringComparer.Ordinal);
        _norm = network.Norm;
        _options = options;
        _nodes = new OnnxNodes(options.Half);
    }

    /// <summary>Makes the file's content.</summary>
    /// <exception cref="RunException">The weights do not fit the format.</exception>
    public static ModelProto Create(ResidualNetwork network, ModelDescription description, OnnxOptions options)
    {
        RequireSize(network, options);
        OnnxGraph graph = new(network, options);
        graph.Write(network.Plan, description);
        ModelProto model = new()
        {
            IrVersion = IrVersion,
            ProducerName = "ActiveInas",
            ProducerVersion = ProductVersion.Number,
            Graph = graph._nodes.Graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        model.MetadataProps.AddRange(description.Metadata.Select(pair => new StringStringEntryProto { Key = pair.Key, Value = pair.Value }));
        return model;
    }

    // A file is one message of the protocol, whose length is a 32-bit number.
    private static void RequireSize(ResidualNetwork network, OnnxOptions options)
    {
        const long Largest = int.MaxValue - (1 << 20);
        long bytes = network.Weights.Sum(weight => (long)weight.Length) * (options.Half ? 2 : 4);
        if (bytes > Largest)
        {
            throw new RunException($"The weights take {bytes:N0} bytes; an ONNX file holds at most {Largest:N0}. Export it with `half`, or as safetensors.");
        }
    }

    private void Write(NetworkPlan plan, ModelDescription description)
    {
        (_, int classes, int height, int width) = plan.Shape;
        _nodes.Graph.Name = plan.Shape.Architecture.ToString();
        _nodes.Graph.Input.Add(OnnxNodes.Value(Input, 3, height, width));
        _nodes.Graph.Output.Add(OnnxNodes.Value(Logits, classes));
        _nodes.Graph.Output.Add(OnnxNodes.Value(Probabilities, classes));
        _nodes.Graph.Output.Add(OnnxNodes.Value(Embedding, plan.EmbeddingLength));

        string x = _nodes.Add("Sub", "normalize.centred", [Input, _nodes.Floats("normalize.mean", [], [(float)description.Normalization.Mean])]);
        x = _nodes.Add("Div", "normalize", [x, _nodes.Floats("normalize.std", [], [(float)description.Normalization.Deviation])]);
        x = _nodes.Add("Relu", "stem.relu", [Convolution(plan.Stem, x)]);
        x = _nodes.Add(
            "MaxPool", "stem.maxpool", [x],
            OnnxNodes.Integers("kernel_shape", 3, 3), OnnxNodes.Integers("pads", 1, 1, 1, 1), OnnxNodes.Integers("strides", 2, 2));
        foreach (PlannedBlock block in plan.Blocks)
        {
            x = Block(block, x);
        }

        Head(x, description.Temperature);
    }

    private string Block(PlannedBlock block, string x)
    {
        string y = _nodes.Add("Relu", $"{block.Name}.relu1", [Convolution(block.First, x)]);
        y = Convolution(block.Second, y);
        string shortcut = block.Shortcut is { } projection ? Convolution(projection, x) : x;
        return _nodes.Add("Relu", $"{block.Name}.relu2", [_nodes.Add("Add", $"{block.Name}.add", [y, shortcut])]);
    }

    private void Head(string x, double temperature)
    {
        x = _nodes.Add("GlobalAveragePool", "avgpool", [x]);
        _nodes.Add("Flatten", Embedding, [x], OnnxNodes.Integer("axis", 1));
        _nodes.Add("Gemm", Logits, [Embedding, _nodes.Weights(_weights["fc.weight"]), Vector("fc.bias")], OnnxNodes.Integer("transB", 1));
        string scaled = temperature == 1 ? Logits : _nodes.Add("Div", "temperature", [Logits, _nodes.Floats("temperature.value", [], [(float)temperature])]);
        _nodes.Add("Softmax", Probabilities, [scaled], OnnxNodes.Integer("axis", 1));
    }

    private string Convolution(PlannedConvolution plan, string x)
    {
        int kernel = plan.Shape.Kernel, pad = (kernel - 1) / 2, stride = plan.Shape.Stride;
        AttributeProto[] attributes =
        [
            OnnxNodes.Integers("dilations", 1, 1), OnnxNodes.Integer("group", 1), OnnxNodes.Integers("kernel_shape", kernel, kernel),
            OnnxNodes.Integers("pads", pad, pad, pad, pad), OnnxNodes.Integers("strides", stride, stride),
        ];
        NetworkWeight weights = _weights[$"{plan.Name}.weight"];
        if (_options.Fold)
        {
            (float[] folded, float[] bias) = Folded(weights, plan.NormName);
            return _nodes.Add(
                "Conv", plan.Name, [x, _nodes.Weights(weights.Name, weights.Shape, folded), _nodes.Floats($"{plan.Name}.bias", [bias.Length], bias)], attributes);
        }

        string y = _nodes.Add("Conv", plan.Name, [x, _nodes.Weights(weights)], attributes);
        string[] inputs = [y, .. s_normParts.Select(part => Vector($"{plan.NormName}.{part}"))];
        return _nodes.Add("BatchNormalization", plan.NormName, inputs, OnnxNodes.Real("epsilon", (float)_norm.Epsilon));
    }

    private (float[] Weights, float[] Bias) Folded(NetworkWeight convolution, string norm)
    {
        float[] weights = convolution.Read();
        float[] scale = _weights[$"{norm}.weight"].Read(), shift = _weights[$"{norm}.bias"].Read();
        float[] mean = _weights[$"{norm}.running_mean"].Read(), variance = _weights[$"{norm}.running_var"].Read();
        float[] bias = new float[scale.Length];
        int each = weights.Length / scale.Length;
        for (int k = 0; k < scale.Length; k++)
        {
            double factor = scale[k] / Math.Sqrt(variance[k] + _norm.Epsilon);
            bias[k] = (float)(shift[k] - (mean[k] * factor));
            foreach (ref float weight in weights.AsSpan(k * each, each))
            {
                weight = (float)(weight * factor);
            }
        }

        return (weights, bias);
    }

    private string Vector(string name) => _nodes.Floats(name, [_weights[name].Length], _weights[name].Read());
}
