namespace ActiveInas.Compute.Cpu.Vector;

/// <summary>Four rows of a GEMM tile: positions Source, Source + step, ... of the operand and Target, Target + step, ... of the result,
/// relative to position 0 of an image. Only the first Valid rows are stored.</summary>
internal readonly record struct RowGroup(int Source, int Target, int Valid);

/// <summary>One sweep of a GEMM over the pixels of an image: which rows, and which taps reach them.</summary>
/// <param name="Groups">Row groups of one image.</param>
/// <param name="Taps">Tap of the weights, ascending.</param>
/// <param name="Shifts">Positions by which the operand of that tap is shifted.</param>
/// <param name="TargetStep">Positions between the rows of a group in the result.</param>
internal sealed record Sweep(RowGroup[] Groups, int[] Taps, int[] Shifts, int TargetStep);

/// <summary>The geometry of a convolution between two layouts, worked out once.</summary>
internal sealed class ConvolutionPlan
{
    private const int GroupRows = 4;

    /// <summary>Largest H' W' that is worked on across images: there taps outside and half-filled groups cost most, and items are whole runs anyway.</summary>
    private const int AcrossPixels = 16;

    public ConvolutionPlan(ConvolutionShape shape, BlockedLayout x, BlockedLayout y)
    {
        Shape = shape;
        X = x;
        Y = y;
        Taps = shape.Kernel * shape.Kernel;
        InBlocks = x.ChannelBlocks;
        OutBlocks = y.ChannelBlocks;
        Shifts = new int[Taps];
        int padding = (shape.Kernel - 1) / 2;
        for (int tap = 0; tap < Taps; tap++)
        {
            Shifts[tap] = (((tap / shape.Kernel) - padding) * x.RowStride) + ((tap % shape.Kernel) - padding);
        }

        int[] first = [.. Enumerable.Range(0, Taps).Where(tap => !ReadsImage || tap % shape.Kernel == 0)];
        Forward = new Sweep(ForwardGroups(), first, [.. first.Select(tap => Shifts[tap])], 1);
        Backward = x.IsImage ? [] : [.. BackwardSweeps(padding)];
        PositionPlan across = new(shape, x, y, GroupRows, 1, AcrossPixels);
        Across = across.IsAcross ? across : null;
    }

    public ConvolutionShape Shape { get; }

    public BlockedLayout X { get; }

    public BlockedLayout Y { get; }

    public int Taps { get; }

    public int InBlocks { get; }

    public int OutBlocks { get; }

    /// <summary>Shift of each tap in positions of x.</summary>
    public int[] Shifts { get; }

    /// <summary>Whether x is an image of up to 3 channels. Its values then lie without gaps, so that the taps of a kernel row are one product.</summary>
    public bool ReadsImage => X.IsImage;

    /// <summary>Floats of a position of x.</summary>
    public int PositionLength => ReadsImage ? Shape.InChannels : X.Block;

    /// <summary>Values that a product of the forward pass sums over: those of a block of channels, or of a kernel row of an image.</summary>
    public int Inner => ReadsImage ? Shape.Kernel * Shape.InChannels : X.Block;

    public Sweep Forward { get; }

    /// <summary>One sweep for stride 1; one for each parity of (row, column) for stride 2.</summary>
    public Sweep[] Backward { get; }

    /// <summary>The same work across images; null where images are large or too few.</summary>
    public PositionPlan? Across { get; }

    private RowGroup[] ForwardGroups()
    {
        var groups = new List<RowGroup>();
        for (int row = 0; row < Y.Shape.Height; row++)
        {
            for (int column = 0; column < Y.Shape.Width; column += 4)
            {
                int source = X.Position(0, row * Shape.Stride, column * Shape.Stride);
                groups.Add(new RowGroup(source, Y.Position(0, row, column), Math.Min(4, Y.Shape.Width - column)));
            }
        }

        return [.. groups];
    }

    /// <summary>dx at (row, column) sums dy at ((row + padding - ky) / stride, (column + padding - kx) / stride) over the taps for which
    /// both divide. With stride 2 the taps depend on the parity of the pixel.</summary>
    private List<Sweep> BackwardSweeps(int padding)
    {
        var sweeps = new List<Sweep>();
        for (int parityRow = 0; parityRow < Shape.Stride; parityRow++)
        {
            for (int parityColumn = 0; parityColumn < Shape.Stride; parityColumn++)
            {
                sweeps.Add(BackwardSweep(padding, parityRow, parityColumn));
            }
        }

        return sweeps;
    }

    private Sweep BackwardSweep(int padding, int parityRow, int parityColumn)
    {
        int stride = Shape.Stride;
        var taps = new List<int>();
        var shifts = new List<int>();
        for (int tap = 0; tap < Taps; tap++)
        {
            int row = parityRow + padding - (tap / Shape.Kernel);
            int column = parityColumn + padding - (tap % Shape.Kernel);
            if (row % stride == 0 && column % stride == 0)
            {
                taps.Add(tap);
                shifts.Add((row / stride * Y.RowStride) + (column / stride));
            }
        }

        var groups = new List<RowGroup>();
        for (int row = parityRow; row < X.Shape.Height; row += stride)
        {
            int count = (X.Shape.Width - parityColumn + stride - 1) / stride;
            for (int i = 0; i < count; i += 4)
            {
                int target = X.Position(0, row, parityColumn + (i * stride));
                groups.Add(new RowGroup(Y.Position(0, row / stride, i), target, Math.Min(4, count - i)));
            }
        }

        return new Sweep([.. groups], [.. taps], [.. shifts], stride);
    }
}
