namespace ActiveInas.Compute.Cpu.Convolutions;

/// <summary>A fixed cut of (channel block, images) into items of about so many positions.</summary>
internal readonly record struct ImageChunks(int Blocks, int PerBlock, int Images, int Total)
{
    /// <summary>Positions whose sums are kept in fp32 before they join the fp64 total.</summary>
    public const int StatisticsPositions = 512;

    public int Items => Blocks * PerBlock;

    public static ImageChunks Of(BlockedLayout layout, int images, int positions)
    {
        int each = Math.Max(1, positions / (layout.Shape.Height * layout.Shape.Width));
        return new ImageChunks(layout.ChannelBlocks, (images + each - 1) / each, each, images);
    }

    public int BlockOf(int item) => item / PerBlock;

    public int First(int item) => item % PerBlock * Images;

    public int ImagesIn(int item) => Math.Min(Images, Total - First(item));
}
