using System.Buffers.Binary;
using ActiveInas.Networks;
using Google.Protobuf;

namespace ActiveInas.Runs.Models.Onnx;

/// <summary>Puts nodes and weights into a graph. A node has the name of its one output.</summary>
/// <param name="half">Whether matrices are stored as 16-bit floats, each with a cast behind it.</param>
internal sealed class OnnxNodes(bool half)
{
    public GraphProto Graph { get; } = new();

    /// <summary>Adds a node; gives the name of its output.</summary>
    public string Add(string type, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        NodeProto node = new() { OpType = type, Name = name };
        node.Input.AddRange(inputs.ToArray());
        node.Output.Add(name);
        node.Attribute.AddRange(attributes.ToArray());
        Graph.Node.Add(node);
        return name;
    }

    /// <summary>Adds a kernel or the dense layer's matrix; gives the name under which nodes take it, as 32-bit floats.</summary>
    public string Weights(NetworkWeight weight) => Weights(weight.Name, weight.Shape, weight.Read());

    /// <inheritdoc cref="Weights(NetworkWeight)"/>
    public string Weights(string name, IReadOnlyList<int> shape, float[] values)
    {
        if (!half)
        {
            return Floats(name, shape, values);
        }

        byte[] bytes = new byte[values.Length * 2];
        for (int i = 0; i < values.Length; i++)
        {
            Half rounded = (Half)values[i];
            if (!Half.IsFinite(rounded))
            {
                throw new RunException($"{name} holds {values[i]} at {i}, beyond the largest 16-bit float, {Half.MaxValue}: export it without `half`.");
            }

            BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(i * 2), rounded);
        }

        Initializer(name, TensorProto.Types.DataType.Float16, shape, bytes);
        return Add("Cast", $"{name}.float", [name], Integer("to", (int)TensorProto.Types.DataType.Float));
    }

    /// <summary>Adds 32-bit floats; gives their name. An empty shape is a scalar.</summary>
    public string Floats(string name, IReadOnlyList<int> shape, float[] values)
    {
        byte[] bytes = new byte[values.Length * 4];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), values[i]);
        }

        Initializer(name, TensorProto.Types.DataType.Float, shape, bytes);
        return name;
    }

    /// <summary>An input or output [N, extents], fp32, N being free.</summary>
    public static ValueInfoProto Value(string name, params ReadOnlySpan<int> extents)
    {
        TensorShapeProto shape = new();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "N" });
        foreach (int extent in extents)
        {
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = extent });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape } },
        };
    }

    public static AttributeProto Integer(string name, int value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    public static AttributeProto Real(string name, float value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    public static AttributeProto Integers(string name, params ReadOnlySpan<int> values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (int value in values)
        {
            attribute.Ints.Add(value);
        }

        return attribute;
    }

    private void Initializer(string name, TensorProto.Types.DataType type, IReadOnlyList<int> shape, byte[] bytes)
    {
        TensorProto tensor = new() { Name = name, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        tensor.Dims.AddRange(shape.Select(extent => (long)extent));
        Graph.Initializer.Add(tensor);
    }
}
