using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ActiveInas.Compute.Cpu;
using ActiveInas.Compute.Tests.Support;

namespace ActiveInas.Compute.Tests.Cpu;

/// <summary>Native buffers, the blocked layout, tensors and matrices.</summary>
public sealed class MemoryTests
{
    public static TheoryData<int, int, int, int> Shapes() => new()
    {
        { 1, 1, 1, 1 },
        { 1, 3, 5, 7 },
        { 2, 4, 2, 2 },
        { 3, 5, 1, 4 },
        { 2, 32, 4, 4 },
        { 2, 33, 3, 2 },
        { 1, 96, 9, 9 },
    };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(32_767)]
    [InlineData(32_768)]
    [InlineData(100_000)]
    [InlineData(1_048_576)]
    [InlineData(1_300_001)]
    public void Buffers_are_aligned_and_zeroed(long length)
    {
        for (int repeat = 0; repeat < 5; repeat++)
        {
            using NativeBuffer<float> buffer = new(length);
            nint address = Unsafe.ByteOffset(ref Unsafe.NullRef<float>(), ref MemoryMarshal.GetReference(buffer.Span));
            Assert.Equal(0, address % 64);
            Assert.Equal(length, buffer.Length);
            Assert.False(buffer.Span.ContainsAnyExcept(0f));
            buffer.Span.Fill(1);
            buffer.Dispose();
        }
    }

    /// <summary>The heap of the C library would keep the freed blocks between the small ones.</summary>
    [Fact]
    public void Freed_buffers_go_back_to_the_system_whatever_lies_between_them()
    {
        const int Count = 512;
        const int Length = 1 << 18;
        NativeBuffer<float>[] small = new NativeBuffer<float>[Count];
        NativeBuffer<float>[] large = new NativeBuffer<float>[Count];
        for (int i = 0; i < Count; i++)
        {
            large[i] = new NativeBuffer<float>(Length);
            small[i] = new NativeBuffer<float>(16);
            large[i].Span.Fill(1);
        }

        // Other tests allocate and free at the same time; half of the 537 MB is far above that.
        long before = Environment.WorkingSet;
        Array.ForEach(large, buffer => buffer.Dispose());
        Assert.True(Environment.WorkingSet < before - (Count * Length * sizeof(float) / 2), $"{before} bytes before, {Environment.WorkingSet} bytes after 537 MB were freed");
        Array.ForEach(small, buffer => buffer.Dispose());
    }

    [Fact]
    public void Too_large_a_buffer_is_an_error_that_says_so()
    {
        Exception error = Assert.ThrowsAny<OutOfMemoryException>(() => new NativeBuffer<float>(1L << 55));
        Assert.Contains((1L << 57).ToString(CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Indices_are_distinct_and_are_all_that_is_no_border(int n, int c, int height, int width)
    {
        BlockedLayout layout = new(new TensorShape(n, c, height, width));
        HashSet<long> indices = [];
        for (int image = 0; image < n; image++)
        {
            for (int channel = 0; channel < c; channel++)
            {
                for (int y = 0; y < height; y++)
                {
                    for (int x = 0; x < width; x++)
                    {
                        long index = layout.Index(image, channel, y, x);
                        Assert.InRange(index, 0, layout.Length - 1);
                        Assert.True(indices.Add(index), $"Two values lie at {index}.");
                        Assert.False(TensorAssert.IsBorder(layout, index), $"[{image}, {channel}, {y}, {x}] lies on the border.");
                    }
                }
            }
        }

        for (long index = 0; index < layout.Length; index++)
        {
            Assert.NotEqual(indices.Contains(index), TensorAssert.IsBorder(layout, index));
        }
    }

    /// <summary>What the layout is for: a tap of a 3x3 kernel is one shift, and finds zero, the neighbour or memory of its own block.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_shifted_position_is_the_neighbour_or_a_border(int n, int c, int height, int width)
    {
        BlockedLayout layout = new(new TensorShape(n, c, height, width));
        for (int image = 0; image < n; image++)
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    for (int tap = 0; tap < 9; tap++)
                    {
                        int row = y + (tap / 3) - 1;
                        int column = x + (tap % 3) - 1;
                        int shifted = layout.Position(image, y, x) + (((tap / 3) - 1) * layout.RowStride) + (tap % 3) - 1;
                        bool inside = row >= 0 && row < height && column >= 0 && column < width;
                        Assert.InRange(shifted, -layout.Margin, layout.Positions + layout.Margin - 1);
                        Assert.Equal(!inside, TensorAssert.IsBorder(layout, (long)(layout.Margin + shifted) * layout.Block));
                        Assert.True(!inside || shifted == layout.Position(image, row, column));
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Tensors_give_back_what_was_written_and_touch_no_border(int n, int c, int height, int width)
    {
        using CpuTensor<float, float, SingleStorage> tensor = new(new TensorShape(n, c, height, width));
        float[] values = new TestRandom(16).Floats(n * c * height * width);
        float[] back = new float[values.Length];
        tensor.Write(values);
        tensor.Read(back);
        Assert.Equal(values, back);
        TensorAssert.BordersAreZero("after Write", tensor);
        Assert.Equal(values[c - 1], tensor[0, c - 1, 0, 0]);
        Assert.Equal(values[^1], tensor[n - 1, c - 1, height - 1, width - 1]);
    }

    [Fact]
    public void The_border_check_finds_a_border_value()
    {
        using CpuTensor<float, float, SingleStorage> tensor = new(new TensorShape(2, 5, 3, 4));
        BlockedLayout layout = tensor.Layout;
        for (long index = 0; index < layout.Length; index++)
        {
            tensor.Span[(int)index] = 1;
            if (TensorAssert.IsBorder(layout, index))
            {
                Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => TensorAssert.BordersAreZero("planted", tensor));
            }

            tensor.Span[(int)index] = 0;
        }
    }

    [Fact]
    public void A_tensor_of_bf16_rounds_what_is_written()
    {
        using CpuTensor<BFloat16, float, BFloat16Storage> tensor = new(new TensorShape(1, 1, 1, 3));
        float[] back = new float[3];
        tensor.Write([1.00390625f, 1.01171875f, -3.1415927f]);
        tensor.Read(back);
        Assert.Equal([1f, 1.015625f, -3.140625f], back);
    }

    [Fact]
    public void Short_batches_bound_what_is_copied()
    {
        using CpuTensor<float, float, SingleStorage> tensor = new(new TensorShape(3, 2, 2, 2));
        using CpuMatrix<float> matrix = new(3, 2);
        tensor.Images = 2;
        matrix.UsedRows = 2;
        Assert.Throws<ArgumentException>(() => tensor.Write(new float[24]));
        Assert.Throws<ArgumentException>(() => tensor.Read(new float[15]));
        Assert.Throws<ArgumentException>(() => matrix.Write(new float[6]));
        Assert.Throws<ArgumentException>(() => matrix.Read(new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Images = 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Images = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.UsedRows = 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.UsedRows = -1);
        tensor.Write(new float[16]);
        matrix.Write(new float[4]);
    }

    [Fact]
    public void Shapes_of_convolutions_follow_the_formulas()
    {
        ConvolutionShape shape = new(3, 5, 3, 2);
        Assert.Equal(135, shape.WeightCount);
        Assert.Equal([1, 1, 2, 2, 3], new[] { 1, 2, 3, 4, 5 }.Select(shape.Output));
        Assert.Equal(7, new ConvolutionShape(1, 1, 1, 1).Output(7));
    }

    [Fact]
    public void A_comparison_reports_the_worst_place_and_both_values()
    {
        Exception error = Assert.ThrowsAny<Xunit.Sdk.XunitException>(
            () => TensorAssert.Close("y", [2, 2], [1, 2, 3, 4], [1, 2.5, 3, double.NaN], Tolerance.SingleActivation));
        Assert.Contains("2 of 4 values are off; worst at [1, 1] of [2, 2]: expected 4, actual NaN", error.Message, StringComparison.Ordinal);
        TensorAssert.Close("y", [2], [1, 100], [1.0001, 100.0005], Tolerance.SingleActivation);
    }
}
