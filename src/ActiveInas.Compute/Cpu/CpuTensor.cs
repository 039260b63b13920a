using System.Numerics;

namespace ActiveInas.Compute.Cpu;

/// <summary>A tensor in the channel-blocked bordered layout.</summary>
internal sealed unsafe class CpuTensor<T, A, S> : Tensor
    where T : unmanaged
    where A : unmanaged, IBinaryFloatingPointIeee754<A>
    where S : struct, IStorage<T, A>
{
    private readonly NativeBuffer<T> _buffer;

    public CpuTensor(TensorShape shape)
        : base(shape)
    {
        Layout = new BlockedLayout(shape);
        _buffer = new NativeBuffer<T>(Layout.Length);
    }

    public BlockedLayout Layout { get; }

    /// <summary>The whole buffer, margins included.</summary>
    public Span<T> Span => _buffer.Span;

    /// <summary>First element of the buffer (the margin before the first position of channel block 0).</summary>
    public T* Pointer => _buffer.Pointer;

    /// <summary>First element of position 0 in a channel block.</summary>
    public T* BlockPointer(int block) => _buffer.Pointer + (block * Layout.BlockStride) + ((long)Layout.Margin * Layout.Block);

    /// <summary>One value in the arithmetic type: for plain loops.</summary>
    public A this[int image, int channel, int row, int column]
    {
        get => S.Load(_buffer.Pointer[Layout.Index(image, channel, row, column)]);
        set => _buffer.Pointer[Layout.Index(image, channel, row, column)] = S.Store(value);
    }

    public override void Write(ReadOnlySpan<float> values) => Write(values, default(FromSingle));

    public override void Write(ReadOnlySpan<byte> pixels, double shift, double scale)
    {
        T* table = stackalloc T[256];
        for (int i = 0; i < 256; i++)
        {
            table[i] = default(FromSingle).Convert((float)((i - shift) / scale));
        }

        Write(pixels, new FromTable(table));
    }

    public override void Read(Span<float> values)
    {
        CheckLength(values.Length);
        int i = 0;
        for (int n = 0; n < Images; n++)
        {
            for (int y = 0; y < Shape.Height; y++)
            {
                for (int x = 0; x < Shape.Width; x++)
                {
                    for (int c = 0; c < Shape.Channels; c++)
                    {
                        values[i++] = float.CreateTruncating(this[n, c, y, x]);
                    }
                }
            }
        }
    }

    /// <summary>[Images, H, W, C], each value as <typeparamref name="TConversion"/> makes it.</summary>
    private void Write<U, TConversion>(ReadOnlySpan<U> values, TConversion conversion)
        where U : unmanaged
        where TConversion : struct, IConversion<U>
    {
        CheckLength(values.Length);
        BlockedLayout layout = Layout;
        (int channels, int height, int width) = (Shape.Channels, Shape.Height, Shape.Width);
        fixed (U* source = values)
        {
            for (int block = 0; block < layout.ChannelBlocks; block++)
            {
                U* pixel = source + (block * layout.Block);
                int count = Math.Min(layout.Block, channels - (block * layout.Block));
                for (int row = 0; row < Images * height; row++)
                {
                    T* target = BlockPointer(block) + ((long)layout.Position(row / height, row % height, 0) * layout.Block);
                    for (int column = 0; column < width; column++, pixel += channels, target += layout.Block)
                    {
                        for (int c = 0; c < count; c++)
                        {
                            target[c] = conversion.Convert(pixel[c]);
                        }
                    }
                }
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _buffer.Dispose();
        }
    }

    private void CheckLength(int length)
    {
        int expected = Images * Shape.Height * Shape.Width * Shape.Channels;
        if (length != expected)
        {
            throw new ArgumentException($"The span holds {length} values; a tensor of {Images} images {Shape} needs {expected} ([Images, H, W, C]).");
        }
    }

    /// <summary>Makes what is stored of a value from outside.</summary>
    private interface IConversion<U>
    {
        T Convert(U value);
    }

    private readonly struct FromSingle : IConversion<float>
    {
        public T Convert(float value) => S.Store(A.CreateTruncating(value));
    }

    private readonly struct FromTable(T* table) : IConversion<byte>
    {
        private readonly T* _table = table;

        public T Convert(byte value) => _table[value];
    }
}
