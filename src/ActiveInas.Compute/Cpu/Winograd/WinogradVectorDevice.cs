using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

/// <summary>Winograd's algorithm in fp32: the GEMM is Vector's.</summary>
/// <remarks>Lanes are channels, so all rows of this family give the same bytes.</remarks>
internal sealed unsafe class WinogradVectorDevice<T, S, V, L>(string name, int threads) : WinogradDevice<T, S, V, L, float>(name, threads)
    where T : unmanaged
    where S : struct, IStorage<T, float>
    where V : struct
    where L : struct, ILanes<V>
{
    /// <summary>The transforms cost up to half of what the products do.</summary>
    private const double LeastSaving = 1.5;

    /// <summary>Source blocks whose weights stay in the first-level cache while all tiles pass.</summary>
    private const int BlocksOfPart = 4;

    private readonly WinogradScheme<T> _four = FourOutputs<V, L, IntegerPoints>.Scheme<T>();
    private readonly WinogradScheme<T> _two = TwoOutputs<V, L>.Scheme<T>();

    private protected override bool JoinsRows => false;

    private protected override int TilesOfProduct => 1;

    private protected override WinogradScheme<T>? SchemeOf(int height, int width)
        => (height, width) == (2, 2) ? _two : Saving(_four, height, width) >= LeastSaving ? _four : null;

    private protected override void MultiplyTiles(float* tiles, int tileStep, float* filters, int blocks, int count, float* sums)
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
            for (int tile = 0; tile < count; tile += RowsOfProduct)
            {
                float* rows = tiles + (part * tileStep) + (tile * Block);
                GemmKernel<V, L, Distance32, Distance1>.Multiply(
                    rows, rows + (RowsOfProduct / 2 * Block), aOffsets, filters + (part * BlockLength), bOffsets, products, Block, sums + (tile * Block),
                    load: part > 0);
            }
        }
    }

    private protected override void MultiplyGradients(float* inputs, float* gradients, int tiles, float* sums, bool load)
    {
        int zero = 0;
        for (int c = 0; c < Block; c += GemmKernel<V, L, Distance1, Distance32>.Rows)
        {
            GemmKernel<V, L, Distance1, Distance32>.Multiply(inputs + c, inputs + c + 4, &zero, gradients, &zero, 1, tiles, sums + (c * Block), load);
        }
    }

    private protected override void TransformInput(WinogradScheme<T> scheme, T* source, nint rowStep, float* target, nint elementStep)
        => scheme.Input(source, rowStep, target, elementStep);

    private protected override void JoinRows(float* even, float* odd, int elements, float* target, nint elementStep)
        => throw new NotSupportedException($"{nameof(WinogradVectorDevice<T, S, V, L>)} reads rows one after the other.");
}
