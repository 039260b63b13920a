using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu.Vector;
using ActiveInas.Compute.Cpu.Winograd;

namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>Transformed values rounded to bf16, multiplied by an emitted kernel.</summary>
internal sealed unsafe class EmittedTileProduct : ITileProduct<BFloat16, BFloat16>
{
    private const int Block = BlockedLayout.FullBlock;
    private const int RowBytes = Block * sizeof(ushort);

    /// <summary>Blocks of channels, or panels of tiles, in one product: 16 KB of B stay in the first-level cache while all rows of A pass.</summary>
    private const int PanelsOfProduct = 8;

    /// <summary>Products that an algorithm must save for its transforms to pay.</summary>
    private const double LeastSaving = 2;

    private readonly WinogradScheme<BFloat16> _two = TwoOutputs<Vector512<float>, Lanes512>.Scheme<BFloat16>();
    private readonly WinogradScheme<BFloat16> _four = FourOutputs<Vector512<float>, Lanes512, ReciprocalPoints>.Scheme<BFloat16>();

    private readonly ProductKernel _kernel;
    private readonly IColumnKernel _columns;

    /// <param name="kernel">Multiplies; freed by whoever made it.</param>
    public EmittedTileProduct(ProductKernel kernel)
    {
        if (kernel is not IColumnKernel columns || kernel.Rows != ITileProduct<BFloat16, BFloat16>.Rows)
        {
            throw new ArgumentException(
                $"Winograd's algorithm wants products of {ITileProduct<BFloat16, BFloat16>.Rows} rows that read columns; {kernel.GetType().Name} has {kernel.Rows} rows.");
        }

        (_kernel, _columns) = (kernel, columns);
    }

    public int TilesOfProduct => 2 * Panels.Pairs;

    public WinogradScheme<BFloat16>? SchemeOf(int height, int width)
        => (height, width) == (2, 2) ? _two : _four.Saving(height, width) >= LeastSaving ? _four : null;

    public void MultiplyTiles(BFloat16* tiles, int tileStep, BFloat16* filters, int blocks, int count, float* sums)
    {
        long* aOffsets = stackalloc long[PanelsOfProduct];
        long* bOffsets = stackalloc long[PanelsOfProduct];
        for (int i = 0; i < PanelsOfProduct; i++)
        {
            aOffsets[i] = (long)i * tileStep * sizeof(ushort);
            bOffsets[i] = (long)i * Panels.Length * sizeof(ushort);
        }

        ProductArguments arguments = new() { AOffsets = aOffsets, BOffsets = bOffsets, RowStride = RowBytes };
        for (int part = 0; part < blocks; part += PanelsOfProduct)
        {
            arguments.Count = Math.Min(PanelsOfProduct, blocks - part);
            arguments.B = (byte*)(filters + ((long)part * Panels.Length));
            arguments.Load = part > 0 ? 1 : 0;
            byte* rows = (byte*)(tiles + ((long)part * tileStep));
            for (int tile = 0; tile < count; tile += _kernel.Rows)
            {
                arguments.Upper = rows + (tile * RowBytes);
                arguments.Lower = arguments.Upper + (_kernel.GroupRows * RowBytes);
                arguments.C = sums + (tile * Block);
                _kernel.Multiply(&arguments);
            }
        }
    }

    public void MultiplyGradients(BFloat16* inputs, BFloat16* gradients, int tiles, float* sums, bool load)
    {
        long* offsets = stackalloc long[PanelsOfProduct];
        for (int i = 0; i < PanelsOfProduct; i++)
        {
            offsets[i] = (long)i * Panels.Length * sizeof(ushort);
        }

        ProductArguments arguments = new() { AOffsets = offsets, BOffsets = offsets, RowStride = sizeof(uint) };
        int panels = tiles / (2 * Panels.Pairs);
        for (int part = 0; part < panels; part += PanelsOfProduct)
        {
            arguments.Count = Math.Min(PanelsOfProduct, panels - part);
            arguments.B = (byte*)(gradients + ((long)part * Panels.Length));
            arguments.Load = load || part > 0 ? 1 : 0;
            for (int c = 0; c < Block; c += _kernel.Rows)
            {
                arguments.Upper = (byte*)(inputs + ((long)part * Panels.Length)) + (c * sizeof(uint));
                arguments.Lower = arguments.Upper + (_kernel.GroupRows * sizeof(uint));
                arguments.C = sums + (c * Block);
                _columns.MultiplyColumns(&arguments);
            }
        }
    }

    public void TransformInput(WinogradScheme<BFloat16> scheme, BFloat16* source, nint rowStep, BFloat16* target, nint elementStep)
        => scheme.Input(source, rowStep, target, elementStep);

    /// <summary>Apart, to be rounded and joined to pairs.</summary>
    public RowPair RowsOf(BFloat16* target, nint elementStep, float* scratch, int elements) => new(scratch, scratch + (elements * Block), Block);

    public void Join(RowPair rows, int elements, BFloat16* target, nint elementStep)
    {
        float* even = rows.Even;
        float* odd = rows.Odd;
        for (int element = 0; element < elements; element++, even += Block, odd += Block, target += elementStep)
        {
            Panels.Join(Vector512.Load(even), Vector512.Load(odd), (uint*)target);
            Panels.Join(Vector512.Load(even + 16), Vector512.Load(odd + 16), (uint*)target + 16);
        }
    }
}
