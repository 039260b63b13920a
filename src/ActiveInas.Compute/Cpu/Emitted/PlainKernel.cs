namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>Plain twin of an emitted product kernel: the contract of <see cref="ProductArguments"/> as loops. Never optimised; runs anywhere.</summary>
internal abstract unsafe class PlainKernel(int groupRows) : ProductKernel(groupRows)
{
    protected const int Columns = 32;
    protected const int Pairs = 16;
    private const long RowBytes = 64;

    public override void Multiply(ProductArguments* arguments) => Multiply(arguments, sizeof(uint));

    public override void Store(EpilogueArguments* arguments)
    {
        for (long row = 0; row < arguments->Count; row++)
        {
            uint position = (uint)arguments->Positions[row];
            if (position >= (uint)arguments->Limit)
            {
                continue;
            }

            for (int channel = 0; channel < Columns; channel++)
            {
                float value = arguments->Sums[(row * Columns) + channel];
                if (arguments->Factors != null)
                {
                    value = MathF.FusedMultiplyAdd(value, arguments->Factors[channel], arguments->Offsets[channel]);
                }

                if (arguments->Addend != null)
                {
                    value += ((BFloat16*)(arguments->Addend + (position * RowBytes)))[channel].ToSingle();
                }

                // NaN stays.
                value = arguments->Rectify != 0 && value <= 0 ? 0 : value;
                ((BFloat16*)(arguments->Target + (position * RowBytes)))[channel] = BFloat16.FromSingle(FlushedMath.Flush(value));
            }
        }
    }

    public override void Dispose()
    {
    }

    /// <param name="arguments">What to multiply.</param>
    /// <param name="pairStride">Bytes of A from a pair of a row to the next.</param>
    protected void Multiply(ProductArguments* arguments, long pairStride)
    {
        uint* a = stackalloc uint[Pairs];
        for (int row = 0; row < Rows; row++)
        {
            byte* start = (row < GroupRows ? arguments->Upper : arguments->Lower) + (row % GroupRows * arguments->RowStride);
            Span<float> sums = new(arguments->C + (row * Columns), Columns);
            if (arguments->Load == 0)
            {
                sums.Clear();
            }

            for (long i = 0; i < arguments->Count; i++)
            {
                for (int pair = 0; pair < Pairs; pair++)
                {
                    a[pair] = *(uint*)(start + arguments->AOffsets[i] + (pair * pairStride));
                }

                Product(sums, (ushort*)a, (ushort*)(arguments->B + arguments->BOffsets[i]));
            }
        }
    }

    /// <summary>Adds one product of 16 pairs to a row of C.</summary>
    /// <param name="sums">[32 columns].</param>
    /// <param name="a">[16][2].</param>
    /// <param name="b">[16 pairs][32 columns][2].</param>
    protected abstract void Product(Span<float> sums, ushort* a, ushort* b);

    /// <summary>sums[column] += a b[column][0] for every column, each rounded once.</summary>
    protected static void AddMember(Span<float> sums, ushort a, ushort* b)
    {
        for (int column = 0; column < sums.Length; column++)
        {
            sums[column] = FlushedMath.MultiplyAdd(a, b[2 * column], sums[column]);
        }
    }
}

/// <summary>Twin of <see cref="DotKernel"/>: one chain, of each pair the odd member first.</summary>
internal sealed unsafe class PlainDotKernel() : PlainKernel(DotKernel.GroupRows), IColumnKernel
{
    public void MultiplyColumns(ProductArguments* arguments) => Multiply(arguments, Columns * sizeof(uint));

    protected override void Product(Span<float> sums, ushort* a, ushort* b)
    {
        for (int pair = 0; pair < Pairs; pair++, a += 2, b += 2 * Columns)
        {
            AddMember(sums, a[1], b + 1);
            AddMember(sums, a[0], b);
        }
    }
}

/// <summary>Twin of <see cref="TileKernel"/>: inside a product even and odd members are summed apart, then added.</summary>
internal sealed unsafe class PlainTileKernel() : PlainKernel(TileKernel.GroupRows)
{
    protected override void Product(Span<float> sums, ushort* a, ushort* b)
    {
        Span<float> even = stackalloc float[Columns];
        Span<float> odd = stackalloc float[Columns];
        even.Clear();
        odd.Clear();
        for (int pair = 0; pair < Pairs; pair++, a += 2, b += 2 * Columns)
        {
            AddMember(even, a[0], b);
            AddMember(odd, a[1], b + 1);
        }

        for (int column = 0; column < Columns; column++)
        {
            sums[column] = FlushedMath.Add(sums[column], FlushedMath.Add(even[column], odd[column]));
        }
    }
}
