namespace ActiveInas.Compute.Tests.Contract;

/// <summary>Max-pool and global average pool.</summary>
internal static class PoolingCases
{
    private static readonly (TensorShape Shape, int Images)[] s_shapes =
    [
        (new TensorShape(1, 32, 1, 1), 1),
        (new TensorShape(3, 32, 5, 7), 2),
        (new TensorShape(2, 64, 2, 2), 2),
        (new TensorShape(2, 96, 4, 4), 1),
        (new TensorShape(1, 64, 8, 8), 1),
        (new TensorShape(2, 32, 9, 9), 2),
        (new TensorShape(1, 64, 16, 16), 1),
        (new TensorShape(1, 32, 32, 32), 1),
        (new TensorShape(2, 5, 3, 4), 2),
        (new TensorShape(20, 32, 6, 5), 17),
    ];

    public static IEnumerable<OpCase> All()
    {
        foreach ((TensorShape shape, int images) in s_shapes)
        {
            yield return NormForward(shape, images);
            yield return NormBackward(shape, images);
            yield return AverageForward(shape, images);
            yield return AverageBackward(shape, images);
        }
    }

    /// <summary>Normalisation, rectifier and max-pool in one.</summary>
    public static OpCase NormForward(TensorShape shape, int images) => new(Name("bn max-pool forward", shape, images), bench =>
    {
        BatchNorm norm = bench.Norm(shape.Channels);
        Tensor x = bench.Input(shape, images, -1, 2);
        Tensor y = bench.Output("y", Halved(shape), images);
        return () => bench.Device.BatchNormMaxPool(norm, x, y);
    });

    /// <summary>Full of ties, where only the first maximum gets the gradient, and of zeros behind the rectifier.</summary>
    public static OpCase NormBackward(TensorShape shape, int images) => new(Name("bn max-pool backward", shape, images), bench =>
    {
        BatchNorm norm = bench.Norm(shape.Channels, backwardPass: true);
        Tensor x = bench.TiedInput(shape, images, -1.6, 1.4);
        Tensor y = bench.Intermediate(Halved(shape), images);
        bench.Device.BatchNormMaxPool(norm, x, y);
        Tensor dy = bench.Input(Halved(shape), images);
        Tensor dx = bench.Output("dx", shape, images);
        return () => bench.Device.BatchNormMaxPoolBackward(norm, x, y, dy, dx);
    });

    public static OpCase AverageForward(TensorShape shape, int images) => new(Name("average pool forward", shape, images), bench =>
    {
        Tensor x = bench.Input(shape, images, -1, 2);
        Matrix embedding = bench.Output("embedding", shape.Images, images, shape.Channels);
        return () => bench.Device.GlobalAveragePoolForward(x, embedding);
    });

    public static OpCase AverageBackward(TensorShape shape, int images) => new(Name("average pool backward", shape, images), bench =>
    {
        Matrix dEmbedding = bench.Input(shape.Images, images, shape.Channels);
        Tensor dx = bench.Output("dx", shape, images);
        return () => bench.Device.GlobalAveragePoolBackward(dEmbedding, dx);
    });

    /// <summary>Extent behind the pool.</summary>
    public static TensorShape Halved(TensorShape x) => x with { Height = ((x.Height - 1) / 2) + 1, Width = ((x.Width - 1) / 2) + 1 };

    private static string Name(string op, TensorShape shape, int images) => $"{op} C{shape.Channels} {shape.Height}x{shape.Width} N{images}of{shape.Images}";
}
