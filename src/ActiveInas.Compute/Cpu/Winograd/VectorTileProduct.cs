using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

/// <summary>Transformed values in fp32, multiplied by the GEMM of direct convolutions.</summary>
/// <remarks>Lanes are channels, so all widths of vectors give the same bytes.</remarks>
internal sealed unsafe class VectorTileProduct<T, V, L> : ITileProduct<T, float>
    where T : unmanaged
    where V : struct
    where L : struct, ILanes<V>
{
    private const int Block = BlockedLayout.FullBlock;
    private const int BlockLength = Block * Block;

    /// <summary>The transforms cost up to half of what the products do.</summary>
    private const double LeastSaving = 1.5;

    /// <summary>Source blocks whose weights stay in the first-level cache while all tiles pass.</summary>
    private const int BlocksOfPart = 4;

    private readonly WinogradScheme<T> _four = FourOutputs<V, L, IntegerPoints>.Scheme<T>();
    private readonly WinogradScheme<T> _two = TwoOutputs<V, L>.Scheme<T>();

    public int TilesOfProduct => 1;

    public WinogradScheme<T>? SchemeOf(int height, int width)
        => (height, width) == (2, 2) ? _two : _four.Saving(height, width) >= LeastSaving ? _four : null;

    public void MultiplyTiles(float* tiles, int tileStep, float* filters, int blocks, int count, float* sums)
    {
        int* aOffsets = stackalloc int[BlocksOfPart];
        int* bOffsets = stackalloc int[BlocksOfPart];
        for (int i = 0; i < BlocksOfPart; i++)
        {
            aOffsets[i] = i * tileStep;
            bOffsets[i] = i * BlockLength;
        }

        for (int part = 0; part < blocks; part += BlocksOfPart)
        {
            int products = Math.Min(BlocksOfPart, blocks - part);
            for (int tile = 0; tile < count; tile += ITileProduct<T, float>.Rows)
            {
                float* rows = tiles + (part * tileStep) + (tile * Block);
                GemmKernel<V, L, Distance32, Distance1>.Multiply(
                    rows, rows + (ITileProduct<T, float>.Rows / 2 * Block), aOffsets, filters + (part * BlockLength), bOffsets, products, Block, sums + (tile * Block),
                    load: part > 0);
            }
        }
    }

    public void MultiplyGradients(float* inputs, float* gradients, int tiles, float* sums, bool load)
    {
        int zero = 0;
        for (int c = 0; c < Block; c += GemmKernel<V, L, Distance1, Distance32>.Rows)
        {
            GemmKernel<V, L, Distance1, Distance32>.Multiply(inputs + c, inputs + c + 4, &zero, gradients, &zero, 1, tiles, sums + (c * Block), load);
        }
    }

    public void TransformInput(WinogradScheme<T> scheme, T* source, nint rowStep, float* target, nint elementStep)
        => scheme.Input(source, rowStep, target, elementStep);

    /// <summary>In place.</summary>
    public RowPair RowsOf(float* target, nint elementStep, float* scratch, int elements) => new(target, target + Block, elementStep);

    public void Join(RowPair rows, int elements, float* target, nint elementStep)
    {
        // Rows lie one after the other in the operand: they are there.
    }
}
