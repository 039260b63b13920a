using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

/// <summary>3x3 convolutions of stride 1 with fewer multiplications, by Winograd's algorithm, where it pays.</summary>
/// <remarks>
/// Which scheme a convolution takes depends on its shape only. A value that is not finite spoils its tile, not only its neighbours.
/// </remarks>
/// <typeparam name="T">Of tensors.</typeparam>
/// <typeparam name="S">Storage.</typeparam>
/// <typeparam name="V">Vectors of fp32.</typeparam>
/// <typeparam name="L">Their lanes.</typeparam>
/// <typeparam name="R">Of transformed values.</typeparam>
internal sealed unsafe partial class WinogradConvolution<T, S, V, L, R> : IConvolution<T, S, V, L>
    where T : unmanaged
    where S : struct, IStorage<T, float>
    where V : struct
    where L : struct, ILanes<V>
    where R : unmanaged
{
    private const int Block = BlockedLayout.FullBlock;
    private const int BlockLength = Block * Block;
    private const int Taps = 9;

    /// <summary>Most pairs of channel blocks: 512 x 512 channels. Transformed weights take up to 36 / 9 of the memory of the others.</summary>
    private const int MostBlocks = 16 * 16;

    /// <summary>Elements between runs of elements that would otherwise lie a power of two apart, and so in the same sets of the caches.</summary>
    private const int Stagger = 32;

    private readonly Workspace _work;
    private readonly ITileProduct<T, R> _product;
    private readonly GrowingBuffer<float> _gradientBuffer;

    /// <param name="work">Threads and memory.</param>
    /// <param name="product">What multiplies transformed values.</param>
    public WinogradConvolution(Workspace work, ITileProduct<T, R> product)
    {
        _work = work;
        _product = product;
        _gradientBuffer = work.Buffer<float>();
    }

    public bool Takes(ConvolutionShape shape, BlockedLayout x, BlockedLayout y)
    {
        bool isLarge = (long)Blocks(shape.InChannels) * Blocks(shape.OutChannels) > MostBlocks;
        return shape is { Kernel: 3, Stride: 1 } && !isLarge && !x.IsImage && !y.IsImage && SchemeOf(x.Shape) is not null;
    }

    public void Forward(
        ConvolutionShape shape, CpuTensor<T, float, S> x, CpuMatrix<float> w, CpuTensor<T, float, S> y, Epilogue<T, S, V, L> epilogue,
        CpuTensor<T, float, S>? pooled = null)
    {
        WinogradScheme<T> scheme = SchemeOf(x.Shape)!;
        RunTiles(scheme, x, Filters(scheme, shape, w), y, epilogue);
    }

    public void BackwardData(ConvolutionShape shape, CpuTensor<T, float, S> dy, CpuMatrix<float> w, CpuTensor<T, float, S> dx, bool accumulate)
    {
        WinogradScheme<T> scheme = SchemeOf(dx.Shape)!;
        RunTiles(scheme, dy, TurnedFilters(scheme, shape, w), dx, accumulate ? Epilogue<T, S, V, L>.AddTo(dx) : default);
    }

    private WinogradScheme<T>? SchemeOf(TensorShape x) => _product.SchemeOf(x.Height, x.Width);

    /// <summary>The tiles of a tensor, counted over its images, and a way to read those that reach beyond an image.</summary>
    private readonly struct TileGrid(CpuTensor<T, float, S> tensor, int outputs)
    {
        private readonly int _columns = (int)WinogradScheme<T>.Tiles(tensor.Shape.Width, outputs);

        public int PerImage { get; } = (int)(WinogradScheme<T>.Tiles(tensor.Shape.Height, outputs) * WinogradScheme<T>.Tiles(tensor.Shape.Width, outputs));

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
