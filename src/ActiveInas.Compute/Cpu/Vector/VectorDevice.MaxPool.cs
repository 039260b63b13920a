using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ActiveInas.Compute.Cpu.Vector;

internal unsafe partial class VectorDevice<T, S, V, L>
{
    private readonly MaxPoolItems _maxPool;

    public void ConvolutionInferenceMaxPool(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor between, Tensor y)
    {
        OperationGuard.ConvolutionInferenceMaxPool(shape, x, w, norm, between, y);
        if (IsImage(Own(between)))
        {
            _plain.ConvolutionInferenceMaxPool(shape, x, w, norm, between, y);
            return;
        }

        ForwardPooled(shape, Own(x), w, Own(between), Own(y), InferenceEpilogue(norm, null, relu: true));
    }

    /// <summary>Sums of a convolution through an epilogue that rectifies, then the max-pool.</summary>
    private protected virtual void ForwardPooled(
        ConvolutionShape shape, CpuTensor<T, float, S> source, Parameter w, CpuTensor<T, float, S> between, CpuTensor<T, float, S> target, Epilogue epilogue)
    {
        if (IsImage(source))
        {
            Sweep(Plan(shape, source.Layout, between.Layout), source, w, between, epilogue, target);
            return;
        }

        Forward(shape, source, w, between, epilogue);
        MaxPool(between, target);
    }

    /// <summary>Of what a rectifier left.</summary>
    private protected void MaxPool(CpuTensor<T, float, S> x, CpuTensor<T, float, S> y) => _maxPool.Run(null, null, x, y, null, null, null);

    /// <summary>The same of one channel block of an image.</summary>
    /// <param name="x">What a rectifier left.</param>
    /// <param name="y">Pooled.</param>
    /// <param name="image">Of both.</param>
    /// <param name="block">Channel block.</param>
    /// <param name="columns">Scratch, <see cref="PoolingLength"/>.</param>
    private protected static void MaxPool(CpuTensor<T, float, S> x, CpuTensor<T, float, S> y, int image, int block, T* columns)
        => MaxPoolItems.PoolImage(x, image, y, image, block, columns);

    /// <summary>Elements of scratch that pooling an image needs.</summary>
    private protected static int PoolingLength(CpuTensor<T, float, S> y) => MaxPoolItems.RowLengthOf(y);

    public void BatchNormMaxPool(BatchNorm norm, Tensor x, Tensor y)
    {
        OperationGuard.BatchNorm(norm, x, null, x);
        OperationGuard.MaxPool(x, nameof(x), y, nameof(y));
        if (IsImage(Own(x)))
        {
            _plain.BatchNormMaxPool(norm, x, y);
            return;
        }

        float* factors = Partials(PaddedChannels(norm));
        BatchFactors(norm, factors);
        _maxPool.Run(norm, factors, Own(x), Own(y), null, null, null);
    }

    public void BatchNormMaxPoolBackward(BatchNorm norm, Tensor x, Tensor y, Tensor dy, Tensor dx)
    {
        OperationGuard.BatchNormMaxPoolBackward(norm, x, y, dy, dx);
        if (IsImage(Own(x)))
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
        _maxPool.Run(norm, factors, source, Own(y), Own(dy), gradient, partials);
        CombineGradientSums(norm, source, chunks, partials, coefficients, channels);
        _normGradient.Run(_pool, source, null, gradient, chunks, coefficients, channels, gradient, null);
    }

    /// <summary>The max-pool behind a rectifier, with or without relu(BN(x)) before it; items are (channel block, image). Activations live for three rows.</summary>
    /// <remarks>Behind a rectifier no value is negative, so that bits compare as the values do: windows are searched as unsigned integers, without widening.
    /// A zero maximum stands for a gradient of zero, which is why zeros around the image harm in neither direction.</remarks>
    private sealed class MaxPoolItems(VectorDevice<T, S, V, L> device) : IWorkItems
    {
        private const int Ring = 3;
        private BatchNorm? _norm;
        private CpuTensor<T, float, S> _x = null!;
        private CpuTensor<T, float, S> _y = null!;
        private CpuTensor<T, float, S>? _dy;
        private CpuTensor<T, float, S>? _dx;
        private float* _factors;
        private float* _partials;

        /// <summary>Values that the windows of a row reach: from the zero on the left to the last column, or to the zero behind it where W is odd.</summary>
        private int RowLength => RowLengthOf(_y);

        /// <summary>Three places a window, and zeros for the window after the last.</summary>
        private int TakenLength => (_y.Shape.Width + 1) * 3 * Block;

        /// <param name="norm">With the statistics of the batch; null: x is rectified already.</param>
        /// <param name="factors">scale / deviation, [channels].</param>
        /// <param name="x">Input.</param>
        /// <param name="y">Pooled.</param>
        /// <param name="dy">Backward: gradient of y.</param>
        /// <param name="dx">Backward: where the gradient of BN(x) goes.</param>
        /// <param name="partials">Backward: sums of that gradient and of its product with the normalised input, [item][2][32].</param>
        public void Run(
            BatchNorm? norm, float* factors, CpuTensor<T, float, S> x, CpuTensor<T, float, S> y, CpuTensor<T, float, S>? dy, CpuTensor<T, float, S>? dx, float* partials)
        {
            (_norm, _x, _y, _dy, _dx) = (norm, x, y, dy, dx);
            _factors = factors;
            _partials = partials;
            device._pool.Run(x.Images * x.Layout.ChannelBlocks, this);
        }

        public void Run(int item, int worker)
        {
            int block = item / _x.Images;
            int image = item % _x.Images;
            if (_norm is null)
            {
                PoolImage(_x, image, _y, image, block, (T*)device.Scratch(worker, RowLength));
                return;
            }

            int length = (Ring * RowLength) + (_dy is null ? RowLength : 4 * TakenLength);
            T* ring = (T*)device.Scratch(worker, length);
            new Span<T>(ring, length).Clear();
            T* work = ring + (Ring * RowLength);
            float* parameters = stackalloc float[3 * Block];
            NormApplyItems.Parameters(block, _x.Shape.Channels, Own(_norm.BatchMean).Pointer, _factors, Own(_norm.Shift.Values).Pointer, parameters);
            for (int row = 0; row < _y.Shape.Height; row++)
            {
                Activate(image, block, 2 * row, ring, parameters);
                Activate(image, block, (2 * row) + 1, ring, parameters);
                if (_dy is null)
                {
                    PoolRow(_y, image, block, row, RingRow(ring, (2 * row) - 1), RingRow(ring, 2 * row), RingRow(ring, (2 * row) + 1), work);
                }
                else
                {
                    BackwardRow(image, block, row, ring, work);
                }
            }

            if (_dy is not null)
            {
                NormGradientSumItems.Sums(
                    _x, null, _dx!, block, image, image + 1, Own(_norm.BatchMean).Pointer, Own(_norm.BatchInverseDeviation).Pointer,
                    _partials + (item * 2 * Block));
            }
        }

        /// <summary>[positions of a row of windows][32].</summary>
        public static int RowLengthOf(CpuTensor<T, float, S> y) => ((2 * y.Shape.Width) + 1) * Block;

        /// <summary>A channel block of an image, from x where it lies: the zeros of the layout surround it.</summary>
        /// <param name="x">What a rectifier left.</param>
        /// <param name="from">Image of x.</param>
        /// <param name="y">Where it goes.</param>
        /// <param name="to">Image of y.</param>
        /// <param name="block">Channel block.</param>
        /// <param name="columns">Scratch, <see cref="RowLengthOf"/>.</param>
        public static void PoolImage(CpuTensor<T, float, S> x, int from, CpuTensor<T, float, S> y, int to, int block, T* columns)
        {
            long rowStride = (long)x.Layout.RowStride * Block;
            T* top = x.BlockPointer(block) + ((long)x.Layout.Position(from, -1, -1) * Block);
            for (int row = 0; row < y.Shape.Height; row++, top += 2 * rowStride)
            {
                PoolRow(y, to, block, row, top, top + rowStride, top + (2 * rowStride), columns);
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
            if (row < _x.Shape.Height)
            {
                T* source = _x.BlockPointer(block) + ((long)_x.Layout.Position(image, row, 0) * Block);
                NormApplyItems.Row(source, null, target, parameters, _x.Shape.Width, relu: true);
            }
            else
            {
                new Span<T>(target, _x.Shape.Width * Block).Clear();
            }
        }

        private static void PoolRow(CpuTensor<T, float, S> y, int image, int block, int row, T* top, T* middle, T* bottom, T* columns)
        {
            T* target = y.BlockPointer(block) + ((long)y.Layout.Position(image, row, 0) * Block);
            if (sizeof(T) == sizeof(ushort))
            {
                PoolRow<ushort>(top, middle, bottom, columns, target, y.Shape.Width);
            }
            else
            {
                PoolRow<uint>(top, middle, bottom, columns, target, y.Shape.Width);
            }
        }

        private static void PoolRow<U>(T* top, T* middle, T* bottom, T* columns, T* target, int width)
            where U : unmanaged
        {
            int length = ((2 * width) + 1) * Block;
            for (int i = 0; i < length; i += Vector256<U>.Count)
            {
                Vector256.Max(Vector256.Max(Load<U>(top + i), Load<U>(middle + i)), Load<U>(bottom + i)).Store((U*)(columns + i));
            }

            for (int column = 0; column < width; column++, target += Block, columns += 2 * Block)
            {
                for (int i = 0; i < Block; i += Vector256<U>.Count)
                {
                    Vector256.Max(Vector256.Max(Load<U>(columns + i), Load<U>(columns + Block + i)), Load<U>(columns + (2 * Block) + i)).Store((U*)(target + i));
                }
            }
        }

        /// <summary>The gradients of two rows of the image. The last row that a window reaches is the first of the windows below, and waits for them.</summary>
        private void BackwardRow(int image, int block, int row, T* ring, T* taken)
        {
            long start = (long)_y.Layout.Position(image, row, 0) * Block;
            T* y = _y.BlockPointer(block) + start;
            T* dy = _dy!.BlockPointer(block) + start;
            T* top = taken;
            T* middle = taken + TakenLength;
            T* bottom = taken + ((2 + (row % 2)) * TakenLength);
            T* above = taken + ((3 - (row % 2)) * TakenLength);
            if (sizeof(T) == sizeof(ushort))
            {
                Take<ushort>(RingRow(ring, (2 * row) - 1), RingRow(ring, 2 * row), RingRow(ring, (2 * row) + 1), y, dy, top, middle, bottom, 0x8000);
            }
            else
            {
                Take<uint>(RingRow(ring, (2 * row) - 1), RingRow(ring, 2 * row), RingRow(ring, (2 * row) + 1), y, dy, top, middle, bottom, 0x80000000);
            }

            if (row > 0)
            {
                JoinBoth(above, top, DxRow(image, block, (2 * row) - 1));
            }

            JoinOne(middle, DxRow(image, block, 2 * row));
            if (row + 1 == _y.Shape.Height && (2 * row) + 1 < _x.Shape.Height)
            {
                JoinOne(bottom, DxRow(image, block, (2 * row) + 1));
            }
        }

        private T* DxRow(int image, int block, int row) => _dx!.BlockPointer(block) + ((long)_dx.Layout.Position(image, row, 0) * Block);

        /// <summary>What each place of each window of a row receives, [column][place in the row][32] for each row of the windows: the gradient at the first
        /// maximum, row by row, else zero. Minus zero becomes zero, as in any sum.</summary>
        private void Take<U>(T* x0, T* x1, T* x2, T* y, T* dy, T* top, T* middle, T* bottom, U sign)
            where U : unmanaged
        {
            Vector256<U> minusZero = Vector256.Create(sign);
            for (int column = 0; column < _y.Shape.Width; column++)
            {
                for (int i = 0; i < Block; i += Vector256<U>.Count)
                {
                    Vector256<U> maximum = Load<U>(y + i);
                    Vector256<U> gradient = Load<U>(dy + i);
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
                y += Block;
                dy += Block;
                top += 3 * Block;
                middle += 3 * Block;
                bottom += 3 * Block;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Three<U>(T* x, Vector256<U> maximum, Vector256<U> gradient, ref Vector256<U> free, T* taken)
            where U : unmanaged
        {
            for (int place = 0; place < 3; place++, x += Block, taken += Block)
            {
                Vector256<U> here = Vector256.Equals(Load<U>(x), maximum) & free;
                free ^= here;
                (gradient & here).Store((U*)taken);
            }
        }

        /// <summary>A row of the image that one row of windows reaches: even columns lie in one of them, odd ones in two.</summary>
        private void JoinOne(T* taken, T* target)
        {
            int width = _x.Shape.Width;
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
            int width = _x.Shape.Width;
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
