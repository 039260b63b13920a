using ActiveInas.Compute.Cpu;
using ActiveInas.Compute.Cpu.Emitted;
using ActiveInas.Compute.Tests.Support;

namespace ActiveInas.Compute.Tests.Emitted;

/// <summary>Values of a product.</summary>
public enum ProductValues
{
    /// <summary>In -1..1.</summary>
    Ordinary,

    /// <summary>Products and sums about as large as the smallest normal number: results are flushed.</summary>
    Tiny,

    /// <summary>Subnormal or barely normal times huge: inputs are flushed.</summary>
    Subnormal,

    /// <summary>Ordinary ones, and now and then a zero, the largest number, an infinity or NaN.</summary>
    Special,
}

/// <summary>Random arguments of a product kernel. The buffers end where the last access ends, and start where the first one starts.</summary>
internal sealed unsafe class ProductCase : IDisposable
{
    private const int RowBytes = 64;
    private const int PanelBytes = 2048;
    private static readonly ushort[] s_special = [0, 0x8000, 0x7F7F, 0xFF7F, 0x7F80, 0xFF80, 0x7FC0];
    private readonly NativeBuffer<ushort> _a;
    private readonly NativeBuffer<ushort> _b;
    private readonly NativeBuffer<long> _aOffsets;
    private readonly NativeBuffer<long> _bOffsets;
    private readonly NativeBuffer<float> _c;
    private readonly NativeBuffer<ProductArguments> _arguments = new(1);
    private readonly float[] _start;

    /// <param name="groupRows">Rows of a group.</param>
    /// <param name="seed">Of everything that is random.</param>
    /// <param name="values">What A, B and C hold.</param>
    public ProductCase(int groupRows, int seed, ProductValues values)
    {
        TestRandom random = new((ulong)seed);
        int count = random.NextInt(1, 12);
        long stride = RowBytes + (2 * random.NextInt(0, 40));
        _aOffsets = new NativeBuffer<long>(count);
        _bOffsets = new NativeBuffer<long>(count);
        for (int i = 0; i < count; i++)
        {
            _aOffsets.Span[i] = 2 * random.NextInt(-400, 400);
            _bOffsets.Span[i] = 64 * random.NextInt(-70, 70);
        }

        (long upper, long lower) = (2 * random.NextInt(0, 500), 2 * random.NextInt(0, 500));
        (long aFirst, long aLast) = (_aOffsets.Span.ToArray().Min(), _aOffsets.Span.ToArray().Max());
        (long bFirst, long bLast) = (_bOffsets.Span.ToArray().Min(), _bOffsets.Span.ToArray().Max());
        long aBytes = aLast - aFirst + Math.Max(upper, lower) - Math.Min(upper, lower) + ((groupRows - 1) * stride) + RowBytes;
        _a = new NativeBuffer<ushort>(aBytes / sizeof(ushort));
        _b = new NativeBuffer<ushort>((bLast - bFirst + PanelBytes) / sizeof(ushort));
        Fill(_a.Span, random, values, isLeft: true);
        Fill(_b.Span, random, values, isLeft: false);
        bool load = random.NextBool();
        _c = new NativeBuffer<float>(2 * groupRows * 32);
        double largest = values == ProductValues.Tiny ? 3e-38 : 1;
        _start = random.Floats((int)_c.Length, -largest, largest);
        if (!load)
        {
            Array.Fill(_start, float.NaN);
        }

        byte* start = (byte*)_a.Pointer - aFirst - Math.Min(upper, lower);
        _arguments.Span[0] = new ProductArguments
        {
            Upper = start + upper,
            Lower = start + lower,
            AOffsets = _aOffsets.Pointer,
            B = (byte*)_b.Pointer - bFirst,
            BOffsets = _bOffsets.Pointer,
            Count = count,
            RowStride = stride,
            C = _c.Pointer,
            Load = load ? 1 : 0,
        };
    }

    public ProductArguments* Arguments => _arguments.Pointer;

    /// <summary>Registers what a kernel may touch: all but C only to read.</summary>
    public void Allow(InstructionInterpreter interpreter)
    {
        interpreter.Allow(_a.Pointer, _a.Length * sizeof(ushort), writable: false);
        interpreter.Allow(_b.Pointer, _b.Length * sizeof(ushort), writable: false);
        interpreter.Allow(_aOffsets.Pointer, _aOffsets.Length * sizeof(long), writable: false);
        interpreter.Allow(_bOffsets.Pointer, _bOffsets.Length * sizeof(long), writable: false);
        interpreter.Allow(_arguments.Pointer, sizeof(ProductArguments), writable: false);
        interpreter.Allow(_c.Pointer, _c.Length * sizeof(float), writable: true);
    }

    /// <summary>C after a kernel has run from the same start.</summary>
    public float[] Result(Action run)
    {
        _start.CopyTo(_c.Span);
        run();
        return _c.Span.ToArray();
    }

    public float[] Result(ProductKernel kernel) => Result(() =>
    {
        kernel.Enter();
        kernel.Multiply(Arguments);
        kernel.Leave();
    });

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _aOffsets.Dispose();
        _bOffsets.Dispose();
        _c.Dispose();
        _arguments.Dispose();
    }

    private static void Fill(Span<ushort> target, TestRandom random, ProductValues values, bool isLeft)
    {
        foreach (ref ushort value in target)
        {
            value = values switch
            {
                ProductValues.Tiny => Bits(random, 58, 66),
                ProductValues.Subnormal => isLeft ? Bits(random, 0, 1) : Bits(random, 250, 252),
                ProductValues.Special when random.NextInt(0, 300) == 0 => random.Pick<ushort>(s_special),
                _ => BFloat16.FromSingle((float)random.Next(-1, 1)).Bits,
            };
        }
    }

    /// <summary>bf16 with a biased exponent in first..last; 0 is subnormal.</summary>
    private static ushort Bits(TestRandom random, int first, int last)
        => (ushort)((random.NextInt(0, 1) << 15) | (random.NextInt(first, last) << 7) | random.NextInt(0, 127));
}
