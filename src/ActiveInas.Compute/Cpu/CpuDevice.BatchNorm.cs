using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu;

internal sealed unsafe partial class CpuDevice<T, S, V, L>
{
    private const int LeastPartials = 16_384;
    private readonly WrittenStatistics<T, S, V, L> _statistics;
    private readonly GrowingBuffer<float> _partials;

    public void BatchNormApply(BatchNorm norm, Tensor x, Tensor? residual, bool relu, Tensor y)
    {
        OperationGuard.BatchNorm(norm, x, residual, y);
        if (Own(x).Layout.IsImage)
        {
            _plain.BatchNormApply(norm, x, residual, relu, y);
            return;
        }

        float* factors = Partials(PaddedChannels(norm));
        BatchFactors(norm, factors);
        _work.Pool.Run(new NormApplyItems(
            Own(x), residual is null ? null : Own(residual), relu, Own(y), Own(norm.BatchMean).Pointer, factors, Own(norm.Shift.Values).Pointer));
    }

    /// <summary>scale / deviation of the batch, a channel.</summary>
    private static void BatchFactors(BatchNorm norm, float* factors)
    {
        for (int c = 0; c < norm.Channels; c++)
        {
            factors[c] = Own(norm.BatchInverseDeviation).Pointer[c] * Own(norm.Scale.Values).Pointer[c];
        }
    }

    /// <summary>What the running statistics do to the sum of a convolution: factor and offset of each channel, [2][channels rounded up to 32],
    /// zero beyond the last; in memory of the device until the next call.</summary>
    private float* InferenceFactors(BatchNorm norm)
    {
        int padded = PaddedChannels(norm);
        float* factors = Partials(2 * padded);
        new Span<float>(factors, 2 * padded).Clear();
        for (int c = 0; c < norm.Channels; c++)
        {
            double inverse = 1 / Math.Sqrt(Own(norm.RunningVariance).Pointer[c] + norm.Epsilon);
            factors[c] = (float)inverse * Own(norm.Scale.Values).Pointer[c];
            factors[padded + c] = (float)(Own(norm.Shift.Values).Pointer[c] - ((double)Own(norm.RunningMean).Pointer[c] * factors[c]));
        }

        return factors;
    }

    private static int PaddedChannels(BatchNorm norm) => (norm.Channels + Block - 1) / Block * Block;

    /// <summary>[item][mean, squared deviations][32].</summary>
    private float* StatisticsPartials(ImageChunks chunks) => Partials(chunks.Items * 2 * Block);

    private float* Partials(int length) => _partials.Reserve(length);

    /// <summary>Joins the chunks' means and squared deviations in fp64, in order (Chan, Golub and LeVeque 1979).</summary>
    private static void CombineStatistics(BatchNorm norm, CpuTensor<T, float, S> x, ImageChunks chunks, float* partials)
    {
        CpuMatrix<float> mean = Own(norm.BatchMean);
        CpuMatrix<float> inverseDeviation = Own(norm.BatchInverseDeviation);
        CpuMatrix<float> runningMean = Own(norm.RunningMean);
        CpuMatrix<float> runningVariance = Own(norm.RunningVariance);
        int pixels = x.Shape.Height * x.Shape.Width;
        double weight = norm.RunningWeight;
        for (int c = 0; c < norm.Channels; c++)
        {
            double total = 0;
            double average = 0;
            double squares = 0;
            for (int chunk = 0; chunk < chunks.PerBlock; chunk++)
            {
                float* partial = partials + ((((c / Block * chunks.PerBlock) + chunk) * 2 * Block) + (c % Block));
                double count = (double)pixels * chunks.ImagesIn(chunk);
                double delta = partial[0] - average;
                total += count;
                average += delta * count / total;
                squares += partial[Block] + (delta * delta * count * (total - count) / total);
            }

            double unbiased = squares / Math.Max(1, total - 1);
            mean.Pointer[c] = (float)average;
            inverseDeviation.Pointer[c] = (float)(1 / Math.Sqrt((squares / total) + norm.Epsilon));
            runningMean.Pointer[c] = (float)(((1 - weight) * runningMean.Pointer[c]) + (weight * average));
            runningVariance.Pointer[c] = (float)(((1 - weight) * runningVariance.Pointer[c]) + (weight * unbiased));
        }

        mean.Touch();
        inverseDeviation.Touch();
        runningMean.Touch();
        runningVariance.Touch();
    }

    /// <summary>y = relu?((x - mean) factor + shift + residual); items are (channel block, chunk of images).</summary>
    private readonly struct NormApplyItems(
        CpuTensor<T, float, S> x, CpuTensor<T, float, S>? residual, bool relu, CpuTensor<T, float, S> y, float* mean, float* factor, float* shift) : IWorkItems
    {
        private readonly ImageChunks _chunks = ImageChunks.Of(x.Layout, x.Images, ImageChunks.StatisticsPositions);

        public int Items => _chunks.Items;

        public void Run(int item, int worker)
        {
            int block = _chunks.BlockOf(item);
            int first = _chunks.First(item);
            int last = first + _chunks.ImagesIn(item);
            float* parameters = stackalloc float[3 * Block];
            Parameters(block, x.Shape.Channels, mean, factor, shift, parameters);
            BlockedLayout layout = x.Layout;
            for (int n = first; n < last; n++)
            {
                for (int row = 0; row < layout.Shape.Height; row++)
                {
                    long start = (long)layout.Position(n, row, 0) * Block;
                    Row(
                        x.BlockPointer(block) + start, residual is null ? null : residual.BlockPointer(block) + start,
                        y.BlockPointer(block) + start, parameters, layout.Shape.Width, relu);
                }
            }
        }

        /// <summary>What <see cref="Row"/> needs of a channel block.</summary>
        public static void Parameters(int block, int channels, float* mean, float* factor, float* shift, float* parameters)
        {
            CopyChannels(mean, block, channels, parameters, -1f);
            CopyChannels(factor, block, channels, parameters + Block, 1f);
            CopyChannels(shift, block, channels, parameters + (2 * Block), 1f);
        }

        /// <summary>A row of positions; parameters are -mean, factor and shift, [3][32].</summary>
        public static void Row(T* x, T* residual, T* y, float* parameters, int width, bool relu)
        {
            for (int lane = 0; lane < Block; lane += L.Count)
            {
                V minus = L.Load(parameters + lane);
                V factor = L.Load(parameters + Block + lane);
                V shift = L.Load(parameters + (2 * Block) + lane);
                for (int i = lane; i < width * Block; i += Block)
                {
                    V value = L.FusedMultiplyAdd(L.Add(Lanes<T, V, L>.Load(x + i), minus), factor, shift);
                    if (residual != null)
                    {
                        value = L.Add(value, Lanes<T, V, L>.Load(residual + i));
                    }

                    Lanes<T, V, L>.Store(y + i, relu ? L.Rectify(value) : value);
                }
            }
        }
    }

    /// <summary>32 values of a channel block times a factor; zero beyond the channels, so that padding stays zero.</summary>
    private static void CopyChannels(float* values, int block, int channels, float* target, float factor)
    {
        for (int i = 0; i < Block; i++)
        {
            int c = (block * Block) + i;
            target[i] = c < channels ? values[c] * factor : 0f;
        }
    }
}
