namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>Holds a product kernel against its plain twin, bit for bit, on this processor: a product from rows, one from columns where both read them, and an
/// epilogue. What emits, the processor and whatever emulates it all have their part in the answer.</summary>
internal static unsafe class KernelCheck
{
    private const int Block = BlockedLayout.FullBlock;
    private const int Products = 3;
    private const int RowBytes = Block * sizeof(ushort);

    /// <summary>The first difference in words; null when there is none.</summary>
    public static string? Problem(ProductKernel kernel, ProductKernel twin)
    {
        int rows = kernel.Rows;
        using NativeBuffer<ushort> a = Values(Products * Math.Max(rows, Block) * Block, 1);
        using NativeBuffer<ushort> b = Values(Products * Panels.Length, 2);
        using NativeBuffer<float> expected = new(rows * Block);
        using NativeBuffer<float> actual = new(rows * Block);
        ProductArguments arguments = new()
        {
            Upper = (byte*)a.Pointer,
            Lower = (byte*)a.Pointer + (kernel.GroupRows * RowBytes),
            B = (byte*)b.Pointer,
            Count = Products,
            RowStride = RowBytes,
        };
        long* aOffsets = stackalloc long[Products];
        long* bOffsets = stackalloc long[Products];
        for (int i = 0; i < Products; i++)
        {
            aOffsets[i] = (long)i * rows * RowBytes;
            bOffsets[i] = (long)i * Panels.Length * sizeof(ushort);
        }

        arguments.AOffsets = aOffsets;
        arguments.BOffsets = bOffsets;
        Multiply(twin, arguments, expected.Pointer);
        Multiply(kernel, arguments, actual.Pointer);
        if (Difference($"{kernel.GetType().Name}, a product", expected.Span, actual.Span) is { } product)
        {
            return product;
        }

        if (kernel is IColumnKernel columns && twin is IColumnKernel twinColumns)
        {
            for (int i = 0; i < Products; i++)
            {
                aOffsets[i] = (long)i * Panels.Length * sizeof(ushort);
            }

            arguments.Lower = arguments.Upper + (kernel.GroupRows * sizeof(uint));
            arguments.RowStride = sizeof(uint);
            MultiplyColumns(twinColumns, arguments, expected.Pointer);
            MultiplyColumns(columns, arguments, actual.Pointer);
            if (Difference($"{kernel.GetType().Name}, a product from columns", expected.Span, actual.Span) is { } column)
            {
                return column;
            }
        }

        return EpilogueProblem(kernel, twin, expected.Pointer);
    }

    /// <summary>Scaled, added to and rectified; a border between two rows stays as it is.</summary>
    private static string? EpilogueProblem(ProductKernel kernel, ProductKernel twin, float* sums)
    {
        const int Rows = 4;
        using NativeBuffer<ushort> addend = Values(Rows * Block, 3);
        using NativeBuffer<ushort> expected = new(Rows * Block);
        using NativeBuffer<ushort> actual = new(Rows * Block);
        using NativeBuffer<float> factors = new(2 * Block);
        for (int i = 0; i < 2 * Block; i++)
        {
            factors.Span[i] = Value(i, 4);
        }

        int* positions = stackalloc int[Rows] { 2, -1, 0, 3 };
        EpilogueArguments arguments = new()
        {
            Sums = sums,
            Positions = positions,
            Count = Rows,
            Limit = Rows,
            Addend = (byte*)addend.Pointer,
            Factors = factors.Pointer,
            Offsets = factors.Pointer + Block,
            Rectify = 1,
            Target = (byte*)expected.Pointer,
        };
        twin.Store(&arguments);
        arguments.Target = (byte*)actual.Pointer;
        kernel.Store(&arguments);
        for (int i = 0; i < Rows * Block; i++)
        {
            if (expected.Span[i] != actual.Span[i])
            {
                return $"{kernel.GetType().Name}, an epilogue: value {i} is {actual.Span[i]:x4} on this processor, {expected.Span[i]:x4} by plain loops";
            }
        }

        return null;
    }

    private static void Multiply(ProductKernel kernel, ProductArguments arguments, float* sums)
    {
        arguments.C = sums;
        kernel.Enter();
        kernel.Multiply(&arguments);
        kernel.Leave();
    }

    private static void MultiplyColumns(IColumnKernel kernel, ProductArguments arguments, float* sums)
    {
        arguments.C = sums;
        kernel.MultiplyColumns(&arguments);
    }

    private static string? Difference(string what, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToUInt32Bits(expected[i]) != BitConverter.SingleToUInt32Bits(actual[i]))
            {
                return $"{what}: the sum of row {i / Block}, column {i % Block} is {actual[i]:R} on this processor, {expected[i]:R} by plain loops";
            }
        }

        return null;
    }

    /// <summary>bf16 in -1..1.</summary>
    private static NativeBuffer<ushort> Values(int count, ulong seed)
    {
        NativeBuffer<ushort> values = new(count);
        for (int i = 0; i < count; i++)
        {
            values.Span[i] = BFloat16.FromSingle(Value(i, seed)).Bits;
        }

        return values;
    }

    private static float Value(int i, ulong seed) => ((SplitMix.Mix((seed << 32) + (ulong)i + 1) >> 40) / (float)(1 << 23)) - 1;
}
