using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

/// <summary>The Vector family with fewer multiplications: 3x3 convolutions of stride 1 by Winograd's algorithm where it pays, everything else as
/// the Vector family does it. What multiplies transformed values, and so their type R, is up to whoever derives from it.</summary>
/// <remarks>
/// Which scheme a convolution takes and every order of summation depend on shapes only, never on the number of threads. A value that is not finite
/// spoils its tile, not only its neighbours.
/// </remarks>
internal abstract unsafe partial class WinogradDevice<T, S, V, L, R> : VectorDevice<T, S, V, L>
    where T : unmanaged
    where S : struct, IStorage<T, float>
    where V : struct
    where L : struct, ILanes<V>
    where R : unmanaged
{
    private protected const int BlockLength = Block * Block;
    private const int Taps = 9;

    /// <summary>Most pairs of channel blocks: 512 x 512 channels. Transformed weights take up to 36 / 9 of the memory of the others.</summary>
    private const int MostBlocks = 16 * 16;

    /// <summary>Elements between runs of elements that would otherwise lie a power of two apart, and so in the same sets of the caches.</summary>
    private const int Stagger = 32;

    private readonly TileItems _tiles;
    private readonly FilterItems _filterItems;
    private readonly FilterGradientItems _filterGradient;

    protected WinogradDevice(string name, int threads)
        : base(name, threads)
    {
        _tiles = new TileItems(this);
        _filterItems = new FilterItems(this);
        _filterGradient = new FilterGradientItems(this);
    }

    public override void Dispose()
    {
        base.Dispose();
        _filterGradient.Dispose();
    }

    /// <summary>Rows of a reduced index that lie side by side in an operand, [row / 2][32][2], in place of one after the other, [row][32].</summary>
    private protected abstract bool JoinsRows { get; }

    /// <summary>Tiles that a product of a weight gradient sums over: their number is filled up with zeros.</summary>
    private protected abstract int TilesOfProduct { get; }

    /// <summary>The scheme that pays for a 3x3 convolution of stride 1 on tensors with blocks of 32 channels, where its weights fit; null: none.</summary>
    /// <param name="height">Of x and y.</param>
    /// <param name="width">Of x and y.</param>
    private protected abstract WinogradScheme<T>? SchemeOf(int height, int width);

    /// <summary>Tiles by weights of one element: sums[tile][32] = sum over blocks of tiles[tile][32] filters[32][32].</summary>
    /// <param name="tiles">[block][tile][32]; readable up to a multiple of <see cref="RowsOfProduct"/> tiles.</param>
    /// <param name="tileStep">Elements from a block of tiles to the next.</param>
    /// <param name="filters">[block][32][32], rows joined where <see cref="JoinsRows"/>.</param>
    /// <param name="blocks">Blocks of channels to sum over.</param>
    /// <param name="count">Tiles.</param>
    /// <param name="sums">[tile][32], overwritten; as many rows as tiles are read.</param>
    private protected abstract void MultiplyTiles(R* tiles, int tileStep, R* filters, int blocks, int count, float* sums);

    /// <summary>The weight gradient of one element: sums[c][k] (+)= sum over tiles of inputs[tile][c] gradients[tile][k].</summary>
    /// <param name="inputs">[tile][32], rows joined where <see cref="JoinsRows"/>.</param>
    /// <param name="gradients">The same of dy.</param>
    /// <param name="tiles">A multiple of <see cref="TilesOfProduct"/>.</param>
    /// <param name="sums">[32 c][32 k].</param>
    /// <param name="load">True: sums are added to; false: overwritten.</param>
    private protected abstract void MultiplyGradients(R* inputs, R* gradients, int tiles, float* sums, bool load);

    /// <summary>B^T d B of 32 channels.</summary>
    private protected abstract void TransformInput(WinogradScheme<T> scheme, T* source, nint rowStep, R* target, nint elementStep);

    /// <summary>Two rows of 32 for each element, [element][32], to joined rows.</summary>
    private protected abstract void JoinRows(float* even, float* odd, int elements, R* target, nint elementStep);

    private protected override void Forward(
        ConvolutionShape shape, CpuTensor<T, float, S> source, Parameter w, CpuTensor<T, float, S> target, Epilogue epilogue)
    {
        if (SchemeOf(shape, source, target) is { } scheme)
        {
            _tiles.Run(scheme, source, Filters(scheme, shape, w), target, epilogue);
            return;
        }

        base.Forward(shape, source, w, target, epilogue);
    }

    public override void ConvolutionBackwardData(ConvolutionShape shape, Tensor dy, Parameter w, Tensor dx, bool accumulate)
    {
        if (SchemeOf(shape, dx, dy) is not { } scheme)
        {
            base.ConvolutionBackwardData(shape, dy, w, dx, accumulate);
            return;
        }

        OperationGuard.Convolution(shape, dx, nameof(dx), w, dy, nameof(dy));
        CpuTensor<T, float, S> target = Own(dx);
        _tiles.Run(scheme, Own(dy), TurnedFilters(scheme, shape, w), target, accumulate ? Epilogue.AddTo(target) : default);
    }

    public override void ConvolutionBackwardWeights(ConvolutionShape shape, Tensor x, Tensor dy, Parameter w)
    {
        if (SchemeOf(shape, x, dy) is not { } scheme)
        {
            base.ConvolutionBackwardWeights(shape, x, dy, w);
            return;
        }

        OperationGuard.Convolution(shape, x, nameof(x), w, dy, nameof(dy));
        _filterGradient.Run(scheme, shape, Own(x), Own(dy), Own(w.Gradient));
    }

    /// <summary>The scheme that pays for a convolution; null where the direct way does less, or is the only one.</summary>
    private protected WinogradScheme<T>? SchemeOf(ConvolutionShape shape, Tensor x, Tensor y)
    {
        bool isLarge = (long)Blocks(shape.InChannels) * Blocks(shape.OutChannels) > MostBlocks;
        return shape.Kernel != 3 || shape.Stride != 1 || isLarge || IsImage(Own(x)) || IsImage(Own(y)) ? null : SchemeOf(x.Shape.Height, x.Shape.Width);
    }

    /// <summary>Products that a scheme saves, of an image and a pair of channels: those of the taps inside for one of its own.</summary>
    private protected static double Saving(WinogradScheme<T> scheme, long height, long width)
        => ((3.0 * height) - 2) * ((3 * width) - 2) / (Tiles(height, scheme.Outputs) * Tiles(width, scheme.Outputs) * scheme.Elements);

    private static long Tiles(long extent, int outputs) => (extent + outputs - 1) / outputs;

    /// <summary>The tiles of a tensor, counted over its images, and a way to read those that reach beyond an image.</summary>
    private readonly struct TileGrid(CpuTensor<T, float, S> tensor, int outputs)
    {
        private readonly int _columns = (int)Tiles(tensor.Shape.Width, outputs);

        public int PerImage { get; } = (int)(Tiles(tensor.Shape.Height, outputs) * Tiles(tensor.Shape.Width, outputs));

        /// <summary>Tiles of the images in use.</summary>
        public int Count => tensor.Images * PerImage;

        /// <summary>Image, and first row and column.</summary>
        public (int Image, int Row, int Column) Place(int tile)
        {
            int inside = tile % PerImage;
            return (tile / PerImage, inside / _columns * outputs, inside % _columns * outputs);
        }

        /// <summary>Rows [row, row + extent) and as many columns of a channel block: in place where they lie in the image and the zeros around it, else as a
        /// copy with zeros outside.</summary>
        /// <param name="tile">Which tile.</param>
        /// <param name="block">Channel block.</param>
        /// <param name="above">Rows and columns before the tile.</param>
        /// <param name="extent">Rows and columns.</param>
        /// <param name="copy">[extent][extent][32], for a copy.</param>
        /// <param name="rowStep">Elements from a row to the next.</param>
        public T* Read(int tile, int block, int above, int extent, T* copy, out nint rowStep)
        {
            (int image, int row, int column) = Place(tile);
            (row, column) = (row - above, column - above);
            BlockedLayout layout = tensor.Layout;
            T* first = tensor.BlockPointer(block) + ((long)layout.Position(image, row, column) * Block);
            if (row + extent <= layout.Shape.Height + 1 && column + extent <= layout.Shape.Width + 1)
            {
                rowStep = (nint)layout.RowStride * Block;
                return first;
            }

            rowStep = (nint)extent * Block;
            new Span<T>(copy, extent * extent * Block).Clear();
            int rows = Math.Min(extent, layout.Shape.Height - row);
            int columns = Math.Min(extent, layout.Shape.Width - column);
            for (int r = 0; r < rows; r++)
            {
                new Span<T>(first + ((long)r * layout.RowStride * Block), columns * Block).CopyTo(new Span<T>(copy + (r * rowStep), columns * Block));
            }

            return copy;
        }
    }
}
