namespace ActiveInas.Compute.Tests.Contract;

/// <summary>Batch normalisation: map and backward, with every option and permitted aliasing.</summary>
internal static class BatchNormCases
{
    /// <summary>Which tensors of the backward pass are one.</summary>
    internal enum Backward
    {
        Plain,
        WithResidual,
        DxIsDy,
        DxIsDyWithResidual,
        DResidualIsDy,
    }

    private static readonly (TensorShape Shape, int Images)[] s_shapes =
    [
        (new TensorShape(2, 32, 5, 7), 1),
        (new TensorShape(3, 96, 4, 4), 2),
        (new TensorShape(1, 32, 1, 1), 1),
        (new TensorShape(4, 64, 2, 2), 4),
        (new TensorShape(2, 64, 8, 8), 2),
        (new TensorShape(1, 64, 16, 16), 1),
        (new TensorShape(3, 32, 9, 9), 3),
        (new TensorShape(1, 32, 32, 32), 1),
        (new TensorShape(3, 5, 3, 4), 2),
        (new TensorShape(40, 32, 2, 2), 37),
    ];

    public static IEnumerable<OpCase> All()
    {
        for (int i = 0; i < s_shapes.Length; i++)
        {
            (TensorShape shape, int images) = s_shapes[i];
            foreach ((bool residual, bool relu) in new[] { (false, false), (false, true), (true, false), (true, true) })
            {
                // Every option on the first shapes, the fullest one on the others.
                if (i < 3 || (residual && relu))
                {
                    yield return Forward(shape, images, residual, relu);
                }
            }

            foreach (Backward aliasing in Enum.GetValues<Backward>())
            {
                yield return BackwardOf(shape, images, relu: true, aliasing);
                if (i < 3)
                {
                    yield return BackwardOf(shape, images, relu: false, aliasing);
                }
            }
        }
    }

    public static OpCase Forward(TensorShape shape, int images, bool residual, bool relu) => new(Name("bn forward", shape, images, residual, relu), bench =>
    {
        BatchNorm norm = bench.Norm(shape.Channels);
        Tensor x = bench.Input(shape, images, -1, 2);
        Tensor? addend = residual ? bench.Input(shape, images) : null;
        Tensor y = bench.Output("y", shape, images);
        return () => bench.Device.BatchNormApply(norm, x, addend, relu, y);
    });

    /// <summary>y is full of exact zeros, where the gradient must not pass.</summary>
    public static OpCase BackwardOf(TensorShape shape, int images, bool relu, Backward aliasing)
        => new($"bn backward {aliasing}{(relu ? " relu" : "")} {Extent(shape, images)}", bench =>
        {
            BatchNorm norm = bench.Norm(shape.Channels, backwardPass: true);
            Tensor x = bench.Input(shape, images);
            Tensor y = bench.TiedInput(shape, images);
            bool dyIsWritten = aliasing is not (Backward.Plain or Backward.WithResidual);
            Tensor dy = dyIsWritten ? bench.InOut("dy", shape, images) : bench.Input(shape, images);
            Tensor dx = aliasing is Backward.DxIsDy or Backward.DxIsDyWithResidual ? dy : bench.Output("dx", shape, images);
            Tensor? dResidual = aliasing switch
            {
                Backward.WithResidual or Backward.DxIsDyWithResidual => bench.Output("dResidual", shape, images),
                Backward.DResidualIsDy => dy,
                _ => null,
            };
            return () => bench.Device.BatchNormBackward(norm, x, y, relu, dy, dx, dResidual);
        });

    private static string Name(string op, TensorShape shape, int images, bool residual, bool relu)
        => $"{op}{(residual ? " residual" : "")}{(relu ? " relu" : "")} {Extent(shape, images)}";

    private static string Extent(TensorShape shape, int images) => $"C{shape.Channels} {shape.Height}x{shape.Width} N{images}of{shape.Images}";
}
