using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu;

internal sealed unsafe partial class CpuDevice<T, S, V, L>
{
    /// <summary>With g = masked dy and h = (x - mean) / deviation: dshift = sum g, dscale = sum g h,
    /// dx = scale / deviation (g - dshift / n - h dscale / n).</summary>
    public void BatchNormBackward(BatchNorm norm, Tensor x, Tensor y, bool relu, Tensor dy, Tensor dx, Tensor? dResidual)
    {
        OperationGuard.BatchNormBackward(norm, x, y, dy, dx, dResidual);
        if (Own(x).Layout.IsImage)
        {
            _plain.BatchNormBackward(norm, x, y, relu, dy, dx, dResidual);
            return;
        }

        CpuTensor<T, float, S> source = Own(x);
        CpuTensor<T, float, S>? output = relu ? Own(y) : null;
        CpuTensor<T, float, S> gradient = Own(dy);
        ImageChunks chunks = ImageChunks.Of(source.Layout, source.Images, ImageChunks.StatisticsPositions);
        int channels = PaddedChannels(norm);
        float* coefficients = Partials((chunks.Items * 2 * Block) + (4 * channels));
        float* partials = coefficients + (4 * channels);
        _work.Pool.Run(new NormGradientSumItems(source, output, gradient, chunks, Own(norm.BatchMean).Pointer, Own(norm.BatchInverseDeviation).Pointer, partials));
        CombineGradientSums(norm, source, chunks, partials, coefficients, channels);
        _work.Pool.Run(new NormGradientItems(source, output, gradient, chunks, coefficients, channels, Own(dx), dResidual is null ? null : Own(dResidual)));
    }

    /// <summary>Writes the gradients of scale and shift, and a, b, -mean g, -mean x of dx = a (g - mean g) + b (x - mean x) as [4][channels].</summary>
    private static void CombineGradientSums(
        BatchNorm norm, CpuTensor<T, float, S> x, ImageChunks chunks, float* partials, float* coefficients, int channels)
    {
        CpuMatrix<float> scaleGradient = Own(norm.Scale.Gradient);
        CpuMatrix<float> shiftGradient = Own(norm.Shift.Gradient);
        double count = (double)x.Images * x.Shape.Height * x.Shape.Width;
        for (int c = 0; c < norm.Channels; c++)
        {
            double sum = 0;
            double product = 0;
            for (int chunk = 0; chunk < chunks.PerBlock; chunk++)
            {
                float* partial = partials + ((((c / Block * chunks.PerBlock) + chunk) * 2 * Block) + (c % Block));
                sum += partial[0];
                product += partial[Block];
            }

            scaleGradient.Pointer[c] = (float)product;
            shiftGradient.Pointer[c] = (float)sum;
            double inverse = Own(norm.BatchInverseDeviation).Pointer[c];
            double a = Own(norm.Scale.Values).Pointer[c] * inverse;
            double b = -a * inverse * product / count;
            coefficients[c] = (float)a;
            coefficients[channels + c] = (float)b;
            coefficients[(2 * channels) + c] = (float)(-sum / count);
            coefficients[(3 * channels) + c] = -Own(norm.BatchMean).Pointer[c];
        }

        scaleGradient.Touch();
        shiftGradient.Touch();
    }

    /// <summary>sum g and sum g h, [item][2][32]; without y nothing is masked.</summary>
    private readonly struct NormGradientSumItems(
        CpuTensor<T, float, S> x, CpuTensor<T, float, S>? y, CpuTensor<T, float, S> dy, ImageChunks chunks, float* mean, float* inverseDeviation, float* partials)
        : IWorkItems
    {
        public int Items => chunks.Items;

        public void Run(int item, int worker)
        {
            int first = chunks.First(item);
            Sums(x, y, dy, chunks.BlockOf(item), first, first + chunks.ImagesIn(item), mean, inverseDeviation, partials + (item * 2 * Block));
        }

        /// <summary>Of one channel block of some images; without y nothing is masked.</summary>
        public static void Sums(
            CpuTensor<T, float, S> x, CpuTensor<T, float, S>? y, CpuTensor<T, float, S> dy, int block, int first, int last,
            float* mean, float* inverseDeviation, float* partial)
        {
            float* parameters = stackalloc float[2 * Block];
            CopyChannels(mean, block, x.Shape.Channels, parameters, -1f);
            CopyChannels(inverseDeviation, block, x.Shape.Channels, parameters + Block, 1f);
            BlockedLayout layout = x.Layout;
            new Span<float>(partial, 2 * Block).Clear();
            for (int lane = 0; lane < Block; lane += 2 * L.Count)
            {
                for (int n = first; n < last; n++)
                {
                    for (int row = 0; row < layout.Shape.Height; row++)
                    {
                        long start = ((long)layout.Position(n, row, 0) * Block) + lane;
                        T* mask = y is null ? null : y.BlockPointer(block) + start;
                        Row(x.BlockPointer(block) + start, mask, dy.BlockPointer(block) + start, layout.Shape.Width, parameters + lane, partial + lane);
                    }
                }
            }
        }

        /// <summary>Adds a row to the sums of two vectors of channels.</summary>
        private static void Row(T* x, T* y, T* dy, int width, float* parameters, float* partial)
        {
            V minus0 = L.Load(parameters), minus1 = L.Load(parameters + L.Count);
            V inverse0 = L.Load(parameters + Block), inverse1 = L.Load(parameters + Block + L.Count);
            V sum0 = L.Load(partial), sum1 = L.Load(partial + L.Count);
            V product0 = L.Load(partial + Block), product1 = L.Load(partial + Block + L.Count);
            for (int i = 0; i < width * Block; i += Block)
            {
                V g0 = Lanes<T, V, L>.Load(dy + i);
                V g1 = Lanes<T, V, L>.Load(dy + i + L.Count);
                if (y != null)
                {
                    g0 = L.WherePositive(Lanes<T, V, L>.Load(y + i), g0);
                    g1 = L.WherePositive(Lanes<T, V, L>.Load(y + i + L.Count), g1);
                }

                sum0 = L.Add(sum0, g0);
                sum1 = L.Add(sum1, g1);
                product0 = L.FusedMultiplyAdd(g0, L.Multiply(L.Add(Lanes<T, V, L>.Load(x + i), minus0), inverse0), product0);
                product1 = L.FusedMultiplyAdd(g1, L.Multiply(L.Add(Lanes<T, V, L>.Load(x + i + L.Count), minus1), inverse1), product1);
            }

            L.Store(partial, sum0);
            L.Store(partial + L.Count, sum1);
            L.Store(partial + Block, product0);
            L.Store(partial + Block + L.Count, product1);
        }
    }

    /// <summary>dx = a (g - mean g) + b (x - mean x), and g itself for the residual.</summary>
    private readonly struct NormGradientItems(
        CpuTensor<T, float, S> x, CpuTensor<T, float, S>? y, CpuTensor<T, float, S> dy, ImageChunks chunks,
        float* coefficients, int channels, CpuTensor<T, float, S> dx, CpuTensor<T, float, S>? dResidual) : IWorkItems
    {
        public int Items => chunks.Items;

        public void Run(int item, int worker)
        {
            int block = chunks.BlockOf(item);
            int first = chunks.First(item);
            int last = first + chunks.ImagesIn(item);
            float* parameters = stackalloc float[4 * Block];
            for (int i = 0; i < 4; i++)
            {
                CopyChannels(coefficients + (i * channels), block, x.Shape.Channels, parameters + (i * Block), 1f);
            }

            BlockedLayout layout = x.Layout;
            for (int n = first; n < last; n++)
            {
                for (int row = 0; row < layout.Shape.Height; row++)
                {
                    Row(block, (long)layout.Position(n, row, 0) * Block, layout.Shape.Width, parameters);
                }
            }
        }

        private void Row(int block, long start, int width, float* parameters)
        {
            T* input = x.BlockPointer(block) + start;
            T* gradient = dy.BlockPointer(block) + start;
            T* target = dx.BlockPointer(block) + start;
            T* mask = y is null ? null : y.BlockPointer(block) + start;
            T* residual = dResidual is null ? null : dResidual.BlockPointer(block) + start;
            for (int lane = 0; lane < Block; lane += L.Count)
            {
                V a = L.Load(parameters + lane);
                V b = L.Load(parameters + Block + lane);
                V minusGradient = L.Load(parameters + (2 * Block) + lane);
                V minusMean = L.Load(parameters + (3 * Block) + lane);
                for (int i = lane; i < width * Block; i += Block)
                {
                    V g = Lanes<T, V, L>.Load(gradient + i);
                    if (mask != null)
                    {
                        g = L.WherePositive(Lanes<T, V, L>.Load(mask + i), g);
                    }

                    V centred = L.Multiply(b, L.Add(Lanes<T, V, L>.Load(input + i), minusMean));
                    V value = L.FusedMultiplyAdd(a, L.Add(g, minusGradient), centred);
                    if (residual != null)
                    {
                        Lanes<T, V, L>.Store(residual + i, g);
                    }

                    Lanes<T, V, L>.Store(target + i, value);
                }
            }
        }
    }
}
