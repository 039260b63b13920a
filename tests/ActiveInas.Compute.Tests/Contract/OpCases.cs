using ActiveInas.Compute.Tests.Support;

namespace ActiveInas.Compute.Tests.Contract;

/// <summary>All fixed cases, and random ones from a seed.</summary>
internal static class OpCases
{
    private static readonly OpCase[] s_convolutions = [.. ConvolutionCases.All()];
    private static readonly OpCase[] s_all = [.. s_convolutions, .. BatchNormCases.All(), .. PoolingCases.All(), .. HeadCases.All()];
    private static readonly Dictionary<string, int> s_places = s_all.Select((one, place) => (one.Name, place)).ToDictionary(pair => pair.Name, pair => pair.place);

    public static IEnumerable<string> Names => s_places.Keys;

    public static IReadOnlyList<OpCase> All => s_all;

    public static IReadOnlyList<OpCase> Convolutions => s_convolutions;

    /// <summary>What a training step calls, on shapes large enough to be cut into several work items.</summary>
    public static IEnumerable<OpCase> Large { get; } = [.. LargeCases()];

    public static OpCase Get(string name) => s_all[s_places[name]];

    public static int PlaceOf(string name) => s_places[name];

    /// <summary>A random operation at a random small shape.</summary>
    public static OpCase FromSeed(int seed)
    {
        TestRandom random = new((ulong)seed);
        int capacity = random.NextInt(1, 4);
        int images = random.NextInt(1, capacity);
        TensorShape shape = new(capacity, random.Pick(1, 2, 3, 4, 5, 32, 33, 64), random.NextInt(1, 11), random.NextInt(1, 11));
        ConvolutionShape convolution = new(shape.Channels, random.Pick(32, 40, 64), random.Pick(1, 3), random.Pick(1, 2));
        int classes = random.NextInt(2, 40);
        return random.NextInt(0, 13) switch
        {
            0 => ConvolutionCases.Forward(convolution, shape, images),
            1 => ConvolutionCases.ForwardWithStatistics(convolution, shape, images),
            2 or 3 => ConvolutionCases.BackwardData(convolution, shape, images, random.NextBool()),
            4 or 5 => ConvolutionCases.BackwardWeights(convolution, shape, images),
            6 => BatchNormCases.Forward(shape, images, random.NextBool(), random.NextBool()),
            7 => ConvolutionCases.Inference(convolution, shape, images, random.NextBool(), random.NextBool()),
            8 => BatchNormCases.BackwardOf(shape, images, random.NextBool(), random.Pick(Enum.GetValues<BatchNormCases.Backward>())),
            9 => random.Pick<Func<TensorShape, int, OpCase>>(PoolingCases.NormForward, PoolingCases.NormBackward)(shape, images),
            10 => random.NextBool() ? PoolingCases.AverageForward(shape, images) : PoolingCases.AverageBackward(shape, images),
            11 => ConvolutionCases.InferencePooled(convolution, shape, images),
            12 => HeadCases.DenseBackward(capacity, images, shape.Channels, classes, random.NextBool()),
            _ => HeadCases.Loss(capacity, images, classes, random.Next(0.1, 20)),
        };
    }

    private static IEnumerable<OpCase> LargeCases()
    {
        TensorShape shape = new(21, 64, 6, 5);
        const int images = 19;
        foreach ((int kernel, int stride) in new[] { (3, 1), (3, 2), (1, 2) })
        {
            ConvolutionShape convolution = new(64, 32, kernel, stride);
            yield return ConvolutionCases.Forward(convolution, shape, images);
            yield return ConvolutionCases.ForwardWithStatistics(convolution, shape, images);
            yield return ConvolutionCases.Inference(convolution, shape, images, residual: true, relu: true);
            yield return ConvolutionCases.BackwardData(convolution, shape, images, accumulate: true);
            yield return ConvolutionCases.BackwardWeights(convolution, shape, images);
        }

        // Statistics of many chunks, most of which several work items write. With four threads they are few.
        foreach ((int side, int stride, int capacity) in new[] { (12, 1, 21), (11, 2, 101), (4, 1, 201) })
        {
            TensorShape many = new(capacity, 32, side, side);
            yield return ConvolutionCases.ForwardWithStatistics(new ConvolutionShape(32, 40, 3, stride), many, capacity - 2);
        }

        // The first convolution; nobody asks for the gradient of the images.
        TensorShape pixels = shape with { Channels = 3 };
        yield return ConvolutionCases.Forward(new ConvolutionShape(3, 64, 3, 1), pixels, images);
        yield return ConvolutionCases.ForwardWithStatistics(new ConvolutionShape(3, 64, 3, 1), pixels with { Height = 24, Width = 22 }, images);
        yield return ConvolutionCases.InferencePooled(new ConvolutionShape(3, 64, 3, 1), pixels, images);
        yield return ConvolutionCases.BackwardWeights(new ConvolutionShape(3, 64, 3, 1), pixels, images);
        yield return BatchNormCases.Forward(shape, images, residual: false, relu: true);
        yield return BatchNormCases.Forward(shape, images, residual: true, relu: true);
        yield return BatchNormCases.BackwardOf(shape, images, relu: true, BatchNormCases.Backward.DxIsDyWithResidual);
        yield return PoolingCases.NormForward(shape, images);
        yield return PoolingCases.NormBackward(shape, images);
        yield return PoolingCases.AverageForward(shape, images);
        yield return PoolingCases.AverageBackward(shape, images);
        yield return HeadCases.Dropout(140, 133, 64, 0.5);
        yield return HeadCases.DenseForward(140, 133, 64, 10);
        yield return HeadCases.DenseBackward(140, 133, 64, 10, withInput: true);
        yield return HeadCases.Loss(140, 133, 10, spread: 3);
        yield return HeadCases.Sgd(70_001, 0.9, 1e-3);
        yield return HeadCases.Sgd([40_000, 64, 64, 16_384, 3, 20_000], 0.9, 1e-3);
    }
}
