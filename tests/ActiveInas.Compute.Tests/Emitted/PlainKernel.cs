using ActiveInas.Compute.Cpu.Emitted;

namespace ActiveInas.Compute.Tests.Emitted;

/// <summary>Plain twin of an emitted product kernel: the contract of <see cref="ProductArguments"/> as loops. Runs anywhere.</summary>
internal abstract unsafe class PlainKernel(int groupRows) : ProductKernel(groupRows)
{
    protected const int Columns = 32;
    protected const int Pairs = 16;

    public override void Multiply(ProductArguments* arguments)
    {
        for (int row = 0; row < Rows; row++)
        {
            byte* start = (row < GroupRows ? arguments->Upper : arguments->Lower) + (row % GroupRows * arguments->RowStride);
            for (int column = 0; column < Columns; column++)
            {
                float* target = arguments->C + (row * Columns) + column;
                float sum = arguments->Load == 0 ? 0 : *target;
                for (long i = 0; i < arguments->Count; i++)
                {
                    ushort* a = (ushort*)(start + arguments->AOffsets[i]);
                    ushort* b = (ushort*)(arguments->B + arguments->BOffsets[i]) + (2 * column);
                    sum = Product(sum, a, b);
                }

                *target = sum;
            }
        }
    }

    public override void Dispose()
    {
    }

    /// <summary>Adds one product of 16 pairs to an element of C.</summary>
    /// <param name="sum">The element so far.</param>
    /// <param name="a">[16][2].</param>
    /// <param name="b">[16 pairs][32 columns][2], from the element's column on.</param>
    protected abstract float Product(float sum, ushort* a, ushort* b);
}

/// <summary>Twin of <see cref="DotKernel"/>: one chain, of each pair the odd member first.</summary>
internal sealed unsafe class PlainDotKernel() : PlainKernel(DotKernel.GroupRows)
{
    protected override float Product(float sum, ushort* a, ushort* b)
    {
        for (int pair = 0; pair < Pairs; pair++, a += 2, b += 2 * Columns)
        {
            sum = FlushedMath.MultiplyAdd(a[1], b[1], sum);
            sum = FlushedMath.MultiplyAdd(a[0], b[0], sum);
        }

        return sum;
    }
}

/// <summary>Twin of <see cref="TileKernel"/>: inside a product even and odd members are summed apart, then added.</summary>
internal sealed unsafe class PlainTileKernel() : PlainKernel(TileKernel.GroupRows)
{
    protected override float Product(float sum, ushort* a, ushort* b)
    {
        float even = 0;
        float odd = 0;
        for (int pair = 0; pair < Pairs; pair++, a += 2, b += 2 * Columns)
        {
            even = FlushedMath.MultiplyAdd(a[0], b[0], even);
            odd = FlushedMath.MultiplyAdd(a[1], b[1], odd);
        }

        return FlushedMath.Add(sum, FlushedMath.Add(even, odd));
    }
}
