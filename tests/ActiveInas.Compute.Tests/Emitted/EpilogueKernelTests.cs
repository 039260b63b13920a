using ActiveInas.Compute.Cpu;
using ActiveInas.Compute.Cpu.Emitted;
using ActiveInas.Compute.Tests.Contract;
using ActiveInas.Compute.Tests.Support;

namespace ActiveInas.Compute.Tests.Emitted;

/// <summary>The emitted epilogues: their bytes interpreted, their plain twin and, where there is one, the processor agree bit for bit.</summary>
public sealed unsafe class EpilogueKernelTests
{
    private const int Channels = 32;
    private const int Seeds = 4;

    /// <summary>Every variant, with ordinary values, values that are subnormal after scaling, and special ones.</summary>
    public static TheoryData<bool, bool, bool, int> Variants()
    {
        TheoryData<bool, bool, bool, int> data = [];
        for (int i = 0; i < 8 * Seeds; i++)
        {
            data.Add((i & 1) != 0, (i & 2) != 0, (i & 4) != 0, i / 8);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void The_epilogue_interpreted_is_its_plain_twin(bool scales, bool adds, bool rectifies, int seed)
    {
        using Case one = new(scales, adds, rectifies, seed);
        using PlainTileKernel plain = new();
        Same(one.Result(plain.Store), one.Interpreted());
    }

    [SkippableTheory]
    [MemberData(nameof(Variants))]
    public void The_processor_runs_the_epilogue_as_interpreted(bool scales, bool adds, bool rectifies, int seed)
    {
        Skip.IfNot(EmittedKernels.IsDotSupported, "this machine runs no emitted kernel");
        using Case one = new(scales, adds, rectifies, seed);
        using DotProductKernel kernel = new();
        Same(one.Interpreted(), one.Result(kernel.Store));
    }

    /// <summary>The same bits; of NaN only that it is one.</summary>
    private static void Same(BFloat16[] expected, BFloat16[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = expected[i] == actual[i] || (float.IsNaN(expected[i].ToSingle()) && float.IsNaN(actual[i].ToSingle()));
            Assert.True(same, $"position {i / Channels}, channel {i % Channels}: expected {expected[i].Bits:x4}, actual {actual[i].Bits:x4}");
        }
    }

    private delegate void Store(EpilogueArguments* arguments);

    /// <summary>Rows for a shuffled half of the positions, and rows for borders and for positions that are not in use, which must change nothing.</summary>
    private sealed class Case : IDisposable
    {
        private const int Positions = 12;
        private const int Rows = 9;
        private readonly NativeBuffer<float> _sums = new(Rows * Channels);
        private readonly NativeBuffer<BFloat16> _target = new(Positions * Channels);
        private readonly NativeBuffer<BFloat16> _addend = new(Positions * Channels);
        private readonly NativeBuffer<int> _positions = new(Rows);
        private readonly NativeBuffer<float> _scale = new(2 * Channels);
        private readonly NativeBuffer<EpilogueArguments> _arguments = new(1);
        private readonly (bool Scales, bool Adds, bool Rectifies) _variant;

        public Case(bool scales, bool adds, bool rectifies, int seed)
        {
            _variant = (scales, adds, rectifies);
            TestRandom random = new((ulong)seed);
            double largest = seed == 1 ? 3e-38 : 2;
            random.Floats((int)_sums.Length, -largest, largest).CopyTo(_sums.Span);
            random.Floats((int)_scale.Length, -1, 1).CopyTo(_scale.Span);
            foreach (ref BFloat16 value in _addend.Span)
            {
                value = BFloat16.FromSingle((float)random.Next(-largest, largest));
            }

            if (seed == 1)
            {
                _scale.Span[Channels..].Clear();
            }
            else if (seed == 2)
            {
                new[] { 0f, -0f, float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, 1.00390625f, 1.01171875f, 1e-40f }.CopyTo(_sums.Span);
                _scale.Span[..8].Fill(1);
                _scale.Span[Channels..(Channels + 8)].Fill(-0f);
                _addend.Span[(7 * Channels)..((7 * Channels) + 8)].Clear();
            }

            new[] { 7, 2, -1, 10, 0, Positions - 1, 5, 8, 3 }.CopyTo(_positions.Span);
            _arguments.Span[0] = new EpilogueArguments
            {
                Sums = _sums.Pointer,
                Target = (byte*)_target.Pointer,
                Positions = _positions.Pointer,
                Count = seed == 3 ? 1 : Rows,
                Limit = Positions - 1,
                Addend = adds ? (byte*)_addend.Pointer : null,
                Factors = scales ? _scale.Pointer : null,
                Offsets = scales ? _scale.Pointer + Channels : null,
                Rectify = rectifies ? 1 : 0,
            };
        }

        public BFloat16[] Result(Store store)
        {
            _target.Span.Fill(BFloat16.FromSingle(77));
            store(_arguments.Pointer);
            BFloat16[] result = _target.Span.ToArray();
            Assert.All(result[((Positions - 1) * Channels)..], value => Assert.Equal(77f, value.ToSingle()));
            Assert.All(result[Channels..(2 * Channels)], value => Assert.Equal(77f, value.ToSingle()));
            return result;
        }

        public BFloat16[] Interpreted()
        {
            using InstructionInterpreter interpreter = new();
            interpreter.Allow(_sums.Pointer, _sums.Length * sizeof(float), writable: false);
            interpreter.Allow(_addend.Pointer, _addend.Length * sizeof(ushort), writable: false);
            interpreter.Allow(_positions.Pointer, _positions.Length * sizeof(int), writable: false);
            interpreter.Allow(_scale.Pointer, _scale.Length * sizeof(float), writable: false);
            interpreter.Allow(_arguments.Pointer, sizeof(EpilogueArguments), writable: false);
            interpreter.Allow(_target.Pointer, _target.Length * sizeof(ushort), writable: true);
            return Result(arguments => interpreter.Call(EpilogueKernel.Emit(_variant.Scales, _variant.Adds, _variant.Rectifies), arguments));
        }

        public void Dispose()
        {
            _sums.Dispose();
            _target.Dispose();
            _addend.Dispose();
            _positions.Dispose();
            _scale.Dispose();
            _arguments.Dispose();
        }
    }
}
