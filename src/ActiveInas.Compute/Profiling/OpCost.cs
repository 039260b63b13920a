namespace ActiveInas.Compute.Profiling;

/// <summary>What one call does at least: its row in the profile, useful flops and bytes.</summary>
internal readonly record struct OpCost(OpShape Shape, long Flops, long Bytes)
{
    /// <param name="storage">Storage type of the tensors.</param>
    /// <param name="operation">One of the three passes.</param>
    /// <param name="shape">Of the convolution.</param>
    /// <param name="x">The input or its gradient, [N, C, H, W].</param>
    /// <param name="w">Or its gradient, [Kernel, Kernel, C, K].</param>
    /// <param name="y">The output or its gradient, [N, K, H', W'].</param>
    /// <param name="accumulate">Whether the result is read before it is written.</param>
    public static OpCost Convolution(
        StorageType storage, Operation operation, ConvolutionShape shape, Tensor x, Parameter w, Tensor y, bool accumulate = false)
    {
        long positions = (long)y.Images * y.Shape.Height * y.Shape.Width;
        long bytes = BytesOf(storage, x) + BytesOf(storage, y) + (accumulate ? BytesOf(storage, x) : 0) + ScalarBytes(storage, w.Length);
        return new OpCost(new OpShape(operation, Extent(x), shape.OutChannels, shape.Kernel, shape.Stride), 2 * positions * shape.WeightCount, bytes);
    }

    /// <summary>A convolution whose result is only seen pooled.</summary>
    public static OpCost ConvolutionMaxPool(StorageType storage, ConvolutionShape shape, Tensor x, Parameter w, Tensor between, Tensor y)
    {
        OpCost cost = Convolution(storage, Operation.ConvolutionInference, shape, x, w, between);
        return cost with { Bytes = cost.Bytes - BytesOf(storage, between) + BytesOf(storage, y) };
    }

    /// <summary>An operation that reads or writes each of these tensors once.</summary>
    public static OpCost OverTensors(StorageType storage, Operation operation, Tensor x, params ReadOnlySpan<Tensor?> others)
    {
        long bytes = BytesOf(storage, x);
        foreach (Tensor? other in others)
        {
            bytes += other is null ? 0 : BytesOf(storage, other);
        }

        return new OpCost(new OpShape(operation, Extent(x)), 0, bytes);
    }

    /// <summary>Between activations and the matrix of their means.</summary>
    public static OpCost AveragePool(StorageType storage, Tensor x, Matrix embedding)
        => new(new OpShape(Operation.Pooling, Extent(x)), 0, BytesOf(storage, x) + BytesOf(storage, embedding));

    /// <summary>An operation that touches each value of a matrix twice.</summary>
    public static OpCost OverMatrix(StorageType storage, Operation operation, Matrix x)
        => new(new OpShape(operation, Extent(x)), 0, 2 * BytesOf(storage, x));

    /// <param name="storage">Storage type of the tensors.</param>
    /// <param name="x">[N, D].</param>
    /// <param name="w">[D, classes].</param>
    /// <param name="logits">Or their gradient, [N, classes].</param>
    /// <param name="products">Matrix products of these extents: 1 forward, 1 or 2 backward.</param>
    public static OpCost Dense(StorageType storage, Matrix x, Parameter w, Matrix logits, int products)
    {
        long bytes = BytesOf(storage, logits) + (products * (BytesOf(storage, x) + ScalarBytes(storage, w.Length)));
        return new OpCost(new OpShape(Operation.Dense, Extent(x), logits.Columns), 2L * products * x.UsedRows * w.Length, bytes);
    }

    /// <summary>Values and velocity are read and written, the gradient is read.</summary>
    public static OpCost Optimizer(StorageType storage, IReadOnlyList<Parameter> parameters)
    {
        int length = 0;
        for (int i = 0; i < parameters.Count; i++)
        {
            length += parameters[i].Length;
        }

        return new OpCost(new OpShape(Operation.Optimizer, new TensorShape(1, length, 1, 1)), 0, 5 * ScalarBytes(storage, length));
    }

    private static TensorShape Extent(Tensor tensor) => tensor.Shape with { Images = tensor.Images };

    private static TensorShape Extent(Matrix matrix) => new(matrix.UsedRows, matrix.Columns, 1, 1);

    private static long BytesOf(StorageType storage, Tensor tensor)
    {
        (_, int channels, int height, int width) = tensor.Shape;
        int size = storage switch { StorageType.BFloat16 => 2, StorageType.Single => 4, _ => 8 };
        return (long)tensor.Images * channels * height * width * size;
    }

    private static long BytesOf(StorageType storage, Matrix matrix) => ScalarBytes(storage, (long)matrix.UsedRows * matrix.Columns);

    /// <summary>Matrices and parameters are in the arithmetic type.</summary>
    private static long ScalarBytes(StorageType storage, long count) => count * (storage == StorageType.Double ? 8 : 4);
}
