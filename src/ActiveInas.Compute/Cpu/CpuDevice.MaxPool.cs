using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu;

internal sealed unsafe partial class CpuDevice<T, S, V, L>
{
    /// <summary>Of what a rectifier left.</summary>
    private void MaxPool(CpuTensor<T, float, S> x, CpuTensor<T, float, S> y)
    {
        if (x.Layout.IsImage)
        {
            _plain.MaxPool(x, y);
            return;
        }

        _work.Pool.Run(new MaxPoolItems(_work, null, null, x, y, null, null, null));
    }

    public void BatchNormMaxPool(BatchNorm norm, Tensor x, Tensor y)
    {
        OperationGuard.BatchNorm(norm, x, null, x);
        OperationGuard.MaxPool(x, nameof(x), y, nameof(y));
        if (Own(x).Layout.IsImage)
        {
            _plain.BatchNormMaxPool(norm, x, y);
            return;
        }

        float* factors = Partials(PaddedChannels(norm));
        BatchFactors(norm, factors);
        _work.Pool.Run(new MaxPoolItems(_work, norm, factors, Own(x), Own(y), null, null, null));
    }

    public void BatchNormMaxPoolBackward(BatchNorm norm, Tensor x, Tensor y, Tensor dy, Tensor dx)
    {
        OperationGuard.BatchNormMaxPoolBackward(norm, x, y, dy, dx);
        if (Own(x).Layout.IsImage)
        {
            _plain.BatchNormMaxPoolBackward(norm, x, y, dy, dx);
            return;
        }

        CpuTensor<T, float, S> source = Own(x);
        CpuTensor<T, float, S> gradient = Own(dx);
        ImageChunks chunks = new(source.Layout.ChannelBlocks, source.Images, 1, source.Images);
        int channels = PaddedChannels(norm);
        float* coefficients = Partials((chunks.Items * 2 * Block) + (5 * channels));
        float* factors = coefficients + (4 * channels);
        float* partials = factors + channels;
        BatchFactors(norm, factors);
        _work.Pool.Run(new MaxPoolItems(_work, norm, factors, source, Own(y), Own(dy), gradient, partials));
        CombineGradientSums(norm, source, chunks, partials, coefficients, channels);
        _work.Pool.Run(new NormGradientItems(source, null, gradient, chunks, coefficients, channels, gradient, null));
    }

    /// <summary>The max-pool behind a rectifier, with or without relu(BN(x)) before it; items are (channel block, image). Activations live for three rows.</summary>
    /// <remarks>Behind a rectifier no value is negative, so that bits compare as the values do: windows are searched as unsigned integers, without widening.
    /// A zero maximum stands for a gradient of zero, which is why zeros around the image harm in neither direction.</remarks>
    /// <param name="workspace">Scratch memory.</param>
    /// <param name="norm">With the statistics of the batch; null: x is rectified already.</param>
    /// <param name="factors">scale / deviation, [channels].</param>
    /// <param name="x">Input.</param>
    /// <param name="y">Pooled.</param>
    /// <param name="dy">Backward: gradient of y.</param>
    /// <param name="dx">Backward: where the gradient of BN(x) goes.</param>
    /// <param name="partials">Backward: sums of that gradient and of its product with the normalised input, [item][2][32].</param>
    private readonly struct MaxPoolItems(
        Workspace workspace, BatchNorm? norm, float* factors, CpuTensor<T, float, S> x, CpuTensor<T, float, S> y, CpuTensor<T, float, S>? dy,
        CpuTensor<T, float, S>? dx, float* partials) : IWorkItems
    {
        private const int Ring = 3;

        public int Items => x.Images * x.Layout.ChannelBlocks;

        /// <summary>Values that the windows of a row reach: from the zero on the left to the last column, or to the zero behind it where W is odd.</summary>
        private int RowLength => RectifiedPool<T, S>.RowLengthOf(y);

        /// <summary>Three places a window, and zeros for the window after the last.</summary>
        private int TakenLength => (y.Shape.Width + 1) * 3 * Block;

        public void Run(int item, int worker)
        {
            int block = item / x.Images;
            int image = item % x.Images;
            if (norm is null)
            {
                RectifiedPool<T, S>.PoolImage(x, image, y, image, block, (T*)workspace.Scratch(worker, RowLength));
                return;
            }

            int length = (Ring * RowLength) + (dy is null ? RowLength : 4 * TakenLength);
            T* ring = (T*)workspace.Scratch(worker, length);
            new Span<T>(ring, length).Clear();
            T* work = ring + (Ring * RowLength);
            float* parameters = stackalloc float[3 * Block];
            NormApplyItems.Parameters(block, x.Shape.Channels, Own(norm.BatchMean).Pointer, factors, Own(norm.Shift.Values).Pointer, parameters);
            for (int row = 0; row < y.Shape.Height; row++)
            {
                Activate(image, block, 2 * row, ring, parameters);
                Activate(image, block, (2 * row) + 1, ring, parameters);
                if (dy is null)
                {
                    RectifiedPool<T, S>.PoolRow(y, image, block, row, RingRow(ring, (2 * row) - 1), RingRow(ring, 2 * row), RingRow(ring, (2 * row) + 1), work);
                }
                else
                {
                    BackwardRow(image, block, row, ring, work);
                }
            }

            if (dy is not null)
            {
                NormGradientSumItems.Sums(
                    x, null, dx!, block, image, image + 1, Own(norm.BatchMean).Pointer, Own(norm.BatchInverseDeviation).Pointer,
                    partials + (item * 2 * Block));
            }
        }

        private static Vector256<U> Load<U>(T* source)
            where U : unmanaged
            => Vector256.Load((U*)source);

        /// <summary>The row of the ring that holds a row of the image, from its left border on.</summary>
        private T* RingRow(T* ring, int row) => ring + ((row + Ring) % Ring * RowLength);

        private void Activate(int image, int block, int row, T* ring, float* parameters)
        {
            T* target = RingRow(ring, row) + Block;
            if (row < x.Shape.Height)
            {
                T* source = x.BlockPointer(block) + ((long)x.Layout.Position(image, row, 0) * Block);
                NormApplyItems.Row(source, null, target, parameters, x.Shape.Width, relu: true);
            }
            else
            {
                new Span<T>(target, x.Shape.Width * Block).Clear();
            }
        }

        /// <summary>The gradients of two rows of the image. The last row that a window reaches is the first of the windows below, and waits for them.</summary>
        private void BackwardRow(int image, int block, int row, T* ring, T* taken)
        {
            long start = (long)y.Layout.Position(image, row, 0) * Block;
            T* maxima = y.BlockPointer(block) + start;
            T* gradients = dy!.BlockPointer(block) + start;
            T* top = taken;
            T* middle = taken + TakenLength;
            T* bottom = taken + ((2 + (row % 2)) * TakenLength);
            T* above = taken + ((3 - (row % 2)) * TakenLength);
            if (sizeof(T) == sizeof(ushort))
            {
                Take<ushort>(RingRow(ring, (2 * row) - 1), RingRow(ring, 2 * row), RingRow(ring, (2 * row) + 1), maxima, gradients, top, middle, bottom, 0x8000);
            }
            else
            {
                Take<uint>(RingRow(ring, (2 * row) - 1), RingRow(ring, 2 * row), RingRow(ring, (2 * row) + 1), maxima, gradients, top, middle, bottom, 0x80000000);
            }

            if (row > 0)
            {
                JoinBoth(above, top, DxRow(image, block, (2 * row) - 1));
            }

            JoinOne(middle, DxRow(image, block, 2 * row));
            if (row + 1 == y.Shape.Height && (2 * row) + 1 < x.Shape.Height)
            {
                JoinOne(bottom, DxRow(image, block, (2 * row) + 1));
            }
        }

        private T* DxRow(int image, int block, int row) => dx!.BlockPointer(block) + ((long)dx.Layout.Position(image, row, 0) * Block);

        /// <summary>What each place of each window of a row receives, [column][place in the row][32] for each row of the windows: the gradient at the first
        /// maximum, row by row, else zero. Minus zero becomes zero, as in any sum.</summary>
        private void Take<U>(T* x0, T* x1, T* x2, T* maxima, T* gradients, T* top, T* middle, T* bottom, U sign)
            where U : unmanaged
        {
            Vector256<U> minusZero = Vector256.Create(sign);
            for (int column = 0; column < y.Shape.Width; column++)
            {
                for (int i = 0; i < Block; i += Vector256<U>.Count)
                {
                    Vector256<U> maximum = Load<U>(maxima + i);
                    Vector256<U> gradient = Load<U>(gradients + i);
                    gradient = Vector256.AndNot(gradient, Vector256.Equals(maximum, Vector256<U>.Zero));
                    gradient = Vector256.AndNot(gradient, Vector256.Equals(gradient, minusZero));
                    Vector256<U> free = Vector256<U>.AllBitsSet;
                    Three(x0 + i, maximum, gradient, ref free, top + i);
                    Three(x1 + i, maximum, gradient, ref free, middle + i);
                    Three(x2 + i, maximum, gradient, ref free, bottom + i);
                }

                x0 += 2 * Block;
                x1 += 2 * Block;
                x2 += 2 * Block;
                maxima += Block;
                gradients += Block;
                top += 3 * Block;
                middle += 3 * Block;
                bottom += 3 * Block;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Three<U>(T* row, Vector256<U> maximum, Vector256<U> gradient, ref Vector256<U> free, T* taken)
            where U : unmanaged
        {
            for (int place = 0; place < 3; place++, row += Block, taken += Block)
            {
                Vector256<U> here = Vector256.Equals(Load<U>(row), maximum) & free;
                free ^= here;
                (gradient & here).Store((U*)taken);
            }
        }

        /// <summary>A row of the image that one row of windows reaches: even columns lie in one of them, odd ones in two.</summary>
        private void JoinOne(T* taken, T* target)
        {
            int width = x.Shape.Width;
            for (int column = 0; column < width; column += 2, taken += 3 * Block, target += 2 * Block)
            {
                new Span<T>(taken + Block, Block).CopyTo(new Span<T>(target, Block));
                for (int lane = 2 * Block; lane < 3 * Block && column + 1 < width; lane += L.Count)
                {
                    Lanes<T, V, L>.Store(target + lane - Block, L.Add(Lanes<T, V, L>.Load(taken + lane), Lanes<T, V, L>.Load(taken + lane + Block)));
                }
            }
        }

        /// <summary>A row of the image that two rows of windows reach.</summary>
        private void JoinBoth(T* above, T* below, T* target)
        {
            int width = x.Shape.Width;
            for (int column = 0; column < width; column += 2, above += 3 * Block, below += 3 * Block, target += 2 * Block)
            {
                for (int lane = Block; lane < 2 * Block; lane += L.Count)
                {
                    Lanes<T, V, L>.Store(target + lane - Block, L.Add(Lanes<T, V, L>.Load(above + lane), Lanes<T, V, L>.Load(below + lane)));
                }

                for (int lane = 2 * Block; lane < 3 * Block && column + 1 < width; lane += L.Count)
                {
                    V sum = L.Add(Lanes<T, V, L>.Load(above + lane), Lanes<T, V, L>.Load(above + lane + Block));
                    sum = L.Add(L.Add(sum, Lanes<T, V, L>.Load(below + lane)), Lanes<T, V, L>.Load(below + lane + Block));
                    Lanes<T, V, L>.Store(target + lane - Block, sum);
                }
            }
        }
    }
}
