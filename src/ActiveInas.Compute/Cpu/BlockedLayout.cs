namespace ActiveInas.Compute.Cpu;

/// <summary>
/// The channel-blocked bordered layout: [ceil(C / Block)][Margin + positions + Margin][Block].
/// Positions run over the whole batch with ONE zero column at the end of each row and ONE zero row after each image, so that a
/// 3x3 tap is the same matrix shifted by (ky - 1) RowStride + (kx - 1) positions, with no edge cases.
/// </summary>
/// <remarks>Invariant: border positions, margins and channels beyond C hold zero, always; operations write valid positions only.
/// Block is 32, and 4 for tensors of up to 3 channels (images).</remarks>
internal readonly record struct BlockedLayout
{
    /// <summary>Positions that a kernel which works on groups of up to 16 positions may read past a tap of the last one.</summary>
    private const int Overhang = 16;

    /// <summary>Channels in a block of all tensors but images.</summary>
    public const int FullBlock = 32;

    public BlockedLayout(TensorShape shape)
    {
        Shape = shape;
        Block = shape.Channels <= 3 ? 4 : FullBlock;
        ChannelBlocks = (shape.Channels + Block - 1) / Block;
        RowStride = shape.Width + 1;
        ImageStride = RowStride * (shape.Height + 1);
        Margin = RowStride + Overhang;
        Positions = shape.Images * ImageStride;
        BlockStride = (long)(Positions + (2 * Margin)) * Block;
    }

    public TensorShape Shape { get; }

    /// <summary>Channels in a block.</summary>
    public int Block { get; }

    /// <summary>Whether the tensor has up to 3 channels and so another layout. Networks have such tensors only as the input of their first
    /// convolution; everywhere else plain loops serve.</summary>
    public bool IsImage => Block != FullBlock;

    /// <summary>Number of channel blocks.</summary>
    public int ChannelBlocks { get; }

    /// <summary>Positions from a pixel to the one below it: W + 1.</summary>
    public int RowStride { get; }

    /// <summary>Positions from an image to the next: (W + 1)(H + 1).</summary>
    public int ImageStride { get; }

    /// <summary>Zero positions before the first and after the last position.</summary>
    public int Margin { get; }

    /// <summary>Positions of all images, borders included.</summary>
    public int Positions { get; }

    /// <summary>Elements from a channel block to the next.</summary>
    public long BlockStride { get; }

    /// <summary>Elements in all.</summary>
    public long Length => BlockStride * ChannelBlocks;

    /// <summary>Position of pixel (row, column) of an image; the first position of the tensor is 0.</summary>
    public int Position(int image, int row, int column) => (image * ImageStride) + (row * RowStride) + column;

    /// <summary>Index of the element (image, channel, row, column).</summary>
    public long Index(int image, int channel, int row, int column)
        => ((channel / Block) * BlockStride) + ((long)(Margin + Position(image, row, column)) * Block) + (channel % Block);
}
