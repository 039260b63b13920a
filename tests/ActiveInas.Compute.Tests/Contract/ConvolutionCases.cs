namespace ActiveInas.Compute.Tests.Contract;

/// <summary>Convolutions: forward, forward with statistics, inference, backward-data with and without accumulation, backward-weights.</summary>
internal static class ConvolutionCases
{
    /// <summary>Images of capacity, images in use, C, K, height, width, and the (kernel, stride) pairs to try.</summary>
    private static readonly (int Capacity, int Images, int C, int K, int Height, int Width, string Kinds)[] s_shapes =
    [
        (1, 1, 32, 32, 1, 1, "31 32 11 12"),
        (2, 1, 3, 32, 5, 7, "31 32 11 12"),
        (3, 2, 32, 64, 5, 7, "31 32 11 12"),
        (2, 2, 64, 32, 2, 2, "31 32 12"),
        (2, 2, 96, 32, 4, 4, "31 32 12"),
        (1, 1, 64, 96, 8, 8, "31 32 12"),
        (2, 1, 32, 32, 9, 9, "31 32 12"),
        (1, 1, 3, 64, 32, 32, "31"),
        (1, 1, 64, 64, 16, 16, "31"),
        (2, 2, 1, 32, 7, 5, "31 32 11 12"),
        (3, 2, 2, 40, 6, 7, "31 32 11 12"),
        (3, 3, 5, 40, 3, 4, "31 32 11 12"),
        (40, 37, 64, 64, 2, 2, "31 32 12"),
        (21, 20, 32, 32, 5, 4, "31 32 12"),
        (3, 3, 32, 32, 4, 1, "31 32"),
        (2, 2, 4, 32, 1, 8, "31 32"),
        (1, 1, 32, 4, 3, 17, "31 32 12"),
        (1, 1, 4, 5, 3, 14, "31"),
        (2, 1, 5, 5, 2, 32, "31 32"),
        (1, 1, 3, 4, 3, 33, "31"),
        (2, 2, 96, 160, 2, 3, "31 32 11"),
        (6, 5, 160, 32, 1, 2, "31 12"),

        // More than four channel blocks, and more tiles than a chunk of the weight gradient holds.
        (2, 2, 160, 160, 4, 4, "31"),
        (9, 9, 160, 160, 2, 2, "31"),
        (40, 37, 32, 32, 8, 8, "31"),

        // Work items of several images, the last of them short.
        (8, 8, 4, 5, 9, 8, "31"),
        (8, 8, 5, 4, 17, 15, "32"),
        (8, 8, 3, 4, 17, 15, "32"),
    ];

    public static IEnumerable<OpCase> All()
    {
        foreach ((int capacity, int images, int c, int k, int height, int width, string kinds) in s_shapes)
        {
            foreach (string kind in kinds.Split(' '))
            {
                ConvolutionShape shape = new(c, k, kind[0] - '0', kind[1] - '0');
                TensorShape x = new(capacity, c, height, width);
                yield return Forward(shape, x, images);
                yield return ForwardWithStatistics(shape, x, images);
                yield return Inference(shape, x, images, residual: kind[1] == '1', relu: c != 32);
                yield return InferencePooled(shape, x, images);
                yield return BackwardData(shape, x, images, accumulate: false);
                yield return BackwardData(shape, x, images, accumulate: true);
                yield return BackwardWeights(shape, x, images);
            }
        }
    }

    public static OpCase Forward(ConvolutionShape shape, TensorShape x, int images) => new(Name("conv forward", shape, x, images), bench =>
    {
        Tensor input = bench.Input(x, images);
        Parameter w = bench.Weights(shape.WeightCount, gradient: null);
        Tensor y = bench.Output("y", OutputOf(shape, x), images);
        return () => bench.Device.ConvolutionForward(shape, input, w, y);
    }, IsWinograd: IsWinograd(shape));

    public static OpCase ForwardWithStatistics(ConvolutionShape shape, TensorShape x, int images)
        => new(Name("conv forward with statistics", shape, x, images), bench =>
        {
            Tensor input = bench.Input(x, images);
            Parameter w = bench.Weights(shape.WeightCount, gradient: null);
            BatchNorm norm = bench.Norm(shape.OutChannels, trainingPass: true);
            Tensor y = bench.Output("y", OutputOf(shape, x), images);
            return () => bench.Device.ConvolutionForward(shape, input, w, y, norm);
        }, HasStatistics: true, IsWinograd: IsWinograd(shape));

    public static OpCase Inference(ConvolutionShape shape, TensorShape x, int images, bool residual, bool relu)
        => new(Name($"conv inference{(residual ? " residual" : "")}{(relu ? " relu" : "")}", shape, x, images), bench =>
        {
            Tensor input = bench.Input(x, images);
            Parameter w = bench.Weights(shape.WeightCount, gradient: null);
            BatchNorm norm = bench.Norm(shape.OutChannels);
            Tensor? addend = residual ? bench.Input(OutputOf(shape, x), images) : null;
            Tensor y = bench.Output("y", OutputOf(shape, x), images);
            return () => bench.Device.ConvolutionInference(shape, input, w, norm, addend, relu, y);
        }, IsWinograd: IsWinograd(shape), IsInference: true);

    /// <summary>Rectified and pooled.</summary>
    public static OpCase InferencePooled(ConvolutionShape shape, TensorShape x, int images)
        => new(Name("conv inference max-pool", shape, x, images), bench =>
        {
            Tensor input = bench.Input(x, images);
            Parameter w = bench.Weights(shape.WeightCount, gradient: null);
            BatchNorm norm = bench.Norm(shape.OutChannels);
            TensorShape convolved = OutputOf(shape, x);
            Tensor between = bench.Intermediate(convolved, images);
            Tensor y = bench.Output("y", PoolingCases.Halved(convolved), images);
            return () => bench.Device.ConvolutionInferenceMaxPool(shape, input, w, norm, between, y);
        }, IsWinograd: IsWinograd(shape), IsInference: true);

    public static OpCase BackwardData(ConvolutionShape shape, TensorShape x, int images, bool accumulate)
        => new(Name(accumulate ? "conv backward-data accumulated" : "conv backward-data", shape, x, images), bench =>
        {
            Tensor dy = bench.Input(OutputOf(shape, x), images);
            Parameter w = bench.Weights(shape.WeightCount, gradient: null);
            Tensor dx = accumulate ? bench.InOut("dx", x, images) : bench.Output("dx", x, images);
            return () => bench.Device.ConvolutionBackwardData(shape, dy, w, dx, accumulate);
        }, IsWinograd: IsWinograd(shape));

    public static OpCase BackwardWeights(ConvolutionShape shape, TensorShape x, int images) => new(Name("conv backward-weights", shape, x, images), bench =>
    {
        Tensor input = bench.Input(x, images);
        Tensor dy = bench.Input(OutputOf(shape, x), images);
        Parameter w = bench.Weights(shape.WeightCount, "dw");
        return () => bench.Device.ConvolutionBackwardWeights(shape, input, dy, w);
    }, IsWinograd: IsWinograd(shape));

    private static bool IsWinograd(ConvolutionShape shape) => shape is { Kernel: 3, Stride: 1 };

    private static TensorShape OutputOf(ConvolutionShape shape, TensorShape x)
        => new(x.Images, shape.OutChannels, shape.Output(x.Height), shape.Output(x.Width));

    private static string Name(string op, ConvolutionShape shape, TensorShape x, int images)
        => $"{op} {shape.Kernel}x{shape.Kernel}/{shape.Stride} C{shape.InChannels} K{shape.OutChannels} {x.Height}x{x.Width} N{images}of{x.Images}";
}
