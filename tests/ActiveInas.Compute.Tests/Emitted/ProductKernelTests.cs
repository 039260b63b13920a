using System.Buffers.Binary;
using ActiveInas.Compute.Cpu;
using ActiveInas.Compute.Cpu.Emitted;
using ActiveInas.Compute.Tests.Contract;

namespace ActiveInas.Compute.Tests.Emitted;

/// <summary>The emitted kernels: their bytes interpreted, their plain twins and, where there is one, the processor agree bit for bit.</summary>
public sealed unsafe class ProductKernelTests
{
    private const int Cases = 12;

    public static TheoryData<int, ProductValues> Seeds()
    {
        TheoryData<int, ProductValues> data = [];
        for (int seed = 0; seed < Cases; seed++)
        {
            data.Add(seed, (ProductValues)(seed % 4));
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_dot_kernel_interpreted_is_its_plain_twin(int seed, ProductValues values)
    {
        using ProductCase one = new(DotKernel.GroupRows, seed, values);
        using PlainDotKernel plain = new();
        Same(one.Result(plain), InterpretedDot(one));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_tile_kernel_interpreted_is_its_plain_twin(int seed, ProductValues values)
    {
        using ProductCase one = new(TileKernel.GroupRows, seed, values);
        using PlainTileKernel plain = new();
        Same(one.Result(plain), InterpretedTile(one));
    }

    [SkippableTheory]
    [MemberData(nameof(Seeds))]
    public void The_processor_runs_the_dot_kernel_as_interpreted(int seed, ProductValues values)
    {
        KernelRows.Supported("dot-avx512bf16-bf16");
        using ProductCase one = new(DotKernel.GroupRows, seed, values);
        using DotProductKernel kernel = new();
        Same(InterpretedDot(one), one.Result(kernel));
    }

    [SkippableTheory]
    [MemberData(nameof(Seeds))]
    public void The_processor_runs_the_tile_kernel_as_interpreted(int seed, ProductValues values)
    {
        KernelRows.Supported("amx-bf16");
        using ProductCase one = new(TileKernel.GroupRows, seed, values);
        using TileProductKernel kernel = new();
        Same(InterpretedTile(one), one.Result(kernel));
    }

    /// <summary>64 bytes: palette 1, first row 0, 14 reserved, 8 x 2 bytes a row, 16 reserved, 8 x rows, 8 reserved.</summary>
    [Fact]
    public void The_tile_configuration_has_the_documented_bytes()
    {
        byte[] bytes = new byte[64];
        Array.Fill(bytes, (byte)0xFF);
        TileKernel.Configure(bytes);
        byte[] expected = new byte[64];
        expected[0] = 1;
        for (int tile = 0; tile < 8; tile++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(expected.AsSpan(16 + (2 * tile)), 64);
            expected[48 + tile] = 16;
        }

        Assert.Equal(64, TileKernel.ConfigurationLength);
        Assert.Equal(expected, bytes);
    }

    [Fact]
    public void Tiles_are_in_use_from_enter_to_leave()
    {
        using ProductCase one = new(TileKernel.GroupRows, 0, ProductValues.Ordinary);
        using InstructionInterpreter interpreter = new();
        one.Allow(interpreter);
        InterpretationException error = Assert.Throws<InterpretationException>(() => interpreter.Call(TileKernel.Emit(), one.Arguments));
        Assert.Contains("no tiles are configured", error.Message, StringComparison.Ordinal);
        Enter(interpreter);
        Assert.True(interpreter.TilesAreConfigured);
        interpreter.Call(TileKernel.Emit(), one.Arguments);
        interpreter.Call(TileKernel.EmitLeave(), null);
        Assert.False(interpreter.TilesAreConfigured);
    }

    [Fact]
    public void The_limit_loops_run_their_rounds_and_return()
    {
        using InstructionInterpreter interpreter = new();
        interpreter.Call(DotKernel.EmitLimit(), (void*)3);
        Enter(interpreter);
        interpreter.Call(TileKernel.EmitLimit(), (void*)3);
        Assert.True(interpreter.TilesAreConfigured);
    }

    private static float[] InterpretedDot(ProductCase one)
    {
        using InstructionInterpreter interpreter = new();
        one.Allow(interpreter);
        return one.Result(() => interpreter.Call(DotKernel.Emit(), one.Arguments));
    }

    /// <summary>Twice, so that the second run finds tiles full of the first one's values.</summary>
    private static float[] InterpretedTile(ProductCase one)
    {
        using InstructionInterpreter interpreter = new();
        one.Allow(interpreter);
        Enter(interpreter);
        one.Result(() => interpreter.Call(TileKernel.Emit(), one.Arguments));
        return one.Result(() => interpreter.Call(TileKernel.Emit(), one.Arguments));
    }

    private static void Enter(InstructionInterpreter interpreter)
    {
        using NativeBuffer<byte> configuration = new(TileKernel.ConfigurationLength);
        TileKernel.Configure(configuration.Span);
        interpreter.Allow(configuration.Pointer, configuration.Length, writable: false);
        interpreter.Call(TileKernel.EmitEnter(), configuration.Pointer);
    }

    /// <summary>The same bits; of NaN only that it is one.</summary>
    private static void Same(float[] expected, float[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = BitConverter.SingleToUInt32Bits(expected[i]) == BitConverter.SingleToUInt32Bits(actual[i]) || (float.IsNaN(expected[i]) && float.IsNaN(actual[i]));
            Assert.True(same, $"C[{i / 32}, {i % 32}] of {expected.Length / 32} rows: expected {expected[i]:R}, actual {actual[i]:R}");
        }
    }
}
