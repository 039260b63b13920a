using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu.Vector;
using ActiveInas.Compute.Cpu.Winograd;

namespace ActiveInas.Compute.Cpu.Emitted;

/// <remarks>Winograd's algorithm on transformed values that are rounded to bf16, in the same products as everything else.</remarks>
internal sealed unsafe partial class EmittedDevice
{
    /// <summary>Blocks of channels, or panels of tiles, in one product: 16 KB of B stay in the first-level cache while all rows of A pass.</summary>
    private const int PanelsOfProduct = 8;

    /// <summary>Products that an algorithm must save for its transforms to pay.</summary>
    private const double LeastSaving = 2;

    private readonly WinogradScheme<BFloat16> _two = TwoOutputs<Vector512<float>, Lanes512>.Scheme<BFloat16>();
    private readonly WinogradScheme<BFloat16> _four = FourOutputs<Vector512<float>, Lanes512, ReciprocalPoints>.Scheme<BFloat16>();

    private protected override bool JoinsRows => true;

    private protected override int TilesOfProduct => 2 * Pairs;

    private protected override WinogradScheme<BFloat16>? SchemeOf(int height, int width)
        => !_isWinograd ? null : (height, width) == (2, 2) ? _two : Saving(_four, height, width) >= LeastSaving ? _four : null;

    private protected override void MultiplyTiles(BFloat16* tiles, int tileStep, BFloat16* filters, int blocks, int count, float* sums)
    {
        long* aOffsets = stackalloc long[PanelsOfProduct];
        long* bOffsets = stackalloc long[PanelsOfProduct];
        for (int i = 0; i < PanelsOfProduct; i++)
        {
            aOffsets[i] = (long)i * tileStep * sizeof(ushort);
            bOffsets[i] = (long)i * PanelLength * sizeof(ushort);
        }

        ProductArguments arguments = new() { AOffsets = aOffsets, BOffsets = bOffsets, RowStride = RowBytes };
        for (int part = 0; part < blocks; part += PanelsOfProduct)
        {
            arguments.Count = Math.Min(PanelsOfProduct, blocks - part);
            arguments.B = (byte*)(filters + ((long)part * PanelLength));
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

    private protected override void MultiplyGradients(BFloat16* inputs, BFloat16* gradients, int tiles, float* sums, bool load)
    {
        long* offsets = stackalloc long[PanelsOfProduct];
        for (int i = 0; i < PanelsOfProduct; i++)
        {
            offsets[i] = (long)i * PanelLength * sizeof(ushort);
        }

        ProductArguments arguments = new() { AOffsets = offsets, BOffsets = offsets, RowStride = sizeof(uint) };
        int panels = tiles / (2 * Pairs);
        for (int part = 0; part < panels; part += PanelsOfProduct)
        {
            arguments.Count = Math.Min(PanelsOfProduct, panels - part);
            arguments.B = (byte*)(gradients + ((long)part * PanelLength));
            arguments.Load = load || part > 0 ? 1 : 0;
            for (int c = 0; c < Block; c += _kernel.Rows)
            {
                arguments.Upper = (byte*)(inputs + ((long)part * PanelLength)) + (c * sizeof(uint));
                arguments.Lower = arguments.Upper + (_kernel.GroupRows * sizeof(uint));
                arguments.C = sums + (c * Block);
                _kernel.MultiplyColumns(&arguments);
            }
        }
    }

    private protected override void TransformInput(WinogradScheme<BFloat16> scheme, BFloat16* source, nint rowStep, BFloat16* target, nint elementStep)
        => scheme.Input(source, rowStep, target, elementStep);

    private protected override void JoinRows(float* even, float* odd, int elements, BFloat16* target, nint elementStep)
    {
        for (int element = 0; element < elements; element++, even += Block, odd += Block, target += elementStep)
        {
            Panels.Join(Vector512.Load(even), Vector512.Load(odd), (uint*)target);
            Panels.Join(Vector512.Load(even + 16), Vector512.Load(odd + 16), (uint*)target + 16);
        }
    }
}
