namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>One sweep of a convolution over the positions of a run of images.</summary>
/// <param name="Taps">Taps of the weights that reach these results, ascending.</param>
/// <param name="Planes">Plane of the operand that each of them reads.</param>
/// <param name="Shifts">Positions by which that plane is shifted.</param>
/// <param name="Targets">Position of the result for each row of each group, from the first position of the run; -1: a border, not written.</param>
internal sealed record EmittedSweep(int[] Taps, int[] Planes, int[] Shifts, int[] Targets);

/// <summary>The geometry of a convolution for an emitted kernel. Everything runs over the positions of y.</summary>
/// <remarks>
/// Stride 1: x has the same positions, and a tap is a shift. Stride 2: x is split into planes, one for each parity of (row, column), that have
/// the positions of y, so that again a tap is a plane and a shift. An image of up to 3 channels: its patches are gathered into rows of
/// 32 values, one for each position of y.
/// </remarks>
internal sealed class EmittedPlan
{
    private readonly int _groupRows;
    private readonly bool _rowWise;
    private readonly int _groupsPerImage;

    /// <param name="shape">Kernel, stride, channels.</param>
    /// <param name="x">Layout of the input.</param>
    /// <param name="y">Layout of the output.</param>
    /// <param name="groupRows">Positions in a group of the kernel.</param>
    /// <param name="imagesPerRun">Images that a work item covers.</param>
    public EmittedPlan(ConvolutionShape shape, BlockedLayout x, BlockedLayout y, int groupRows, int imagesPerRun)
    {
        Shape = shape;
        X = x;
        Y = y;
        _groupRows = groupRows;
        ImagesPerRun = imagesPerRun;
        int width = y.Shape.Width;
        int groupsPerRow = (width + groupRows - 1) / groupRows;
        _groupsPerImage = groupsPerRow * y.Shape.Height;
        _rowWise = _groupsPerImage * groupRows <= y.ImageStride;
        Starts = _rowWise ? RowStarts(groupsPerRow) : [.. Enumerable.Range(0, Groups(imagesPerRun)).Select(i => i * groupRows)];
        Taps = shape.Kernel * shape.Kernel;
        Planes = Gathers || shape.Stride == 1 || shape.Kernel == 1 ? 1 : 4;
        Forward = ForwardSweep();
        Backward = Gathers ? [] : BackwardSweeps();
    }

    public ConvolutionShape Shape { get; }

    public BlockedLayout X { get; }

    public BlockedLayout Y { get; }

    public int Taps { get; }

    public int InBlocks => X.ChannelBlocks;

    public int OutBlocks => Y.ChannelBlocks;

    /// <summary>Whether x is an image of up to 3 channels.</summary>
    public bool Gathers => X.Block != 32;

    /// <summary>Whether x has the positions of y as it is; otherwise planes are made first.</summary>
    public bool IsDirect => !Gathers && Shape.Stride == 1;

    /// <summary>Planes of x: 1, or 4 for a 3x3 kernel with stride 2.</summary>
    public int Planes { get; }

    /// <summary>Images that a work item covers.</summary>
    public int ImagesPerRun { get; }

    /// <summary>First position of each group, from the first position of the run.</summary>
    public int[] Starts { get; }

    public EmittedSweep Forward { get; }

    /// <summary>One sweep for stride 1; one for each parity of (row, column) of x for stride 2.</summary>
    public EmittedSweep[] Backward { get; }

    /// <summary>Groups that cover so many images.</summary>
    public int Groups(int images) => _rowWise ? images * _groupsPerImage : ((images * Y.ImageStride) + _groupRows - 1) / _groupRows;

    private int Padding => (Shape.Kernel - 1) / 2;

    private int[] RowStarts(int groupsPerRow)
    {
        var starts = new List<int>();
        for (int image = 0; image < ImagesPerRun; image++)
        {
            for (int row = 0; row < Y.Shape.Height; row++)
            {
                for (int group = 0; group < groupsPerRow; group++)
                {
                    starts.Add(Y.Position(image, row, group * _groupRows));
                }
            }
        }

        return [.. starts];
    }

    private EmittedSweep ForwardSweep()
    {
        int[] targets = Targets(Y, (row, column) => (row, column));
        if (Gathers)
        {
            return new EmittedSweep([0], [0], [0], targets);
        }

        int[] planes = new int[Taps];
        int[] shifts = new int[Taps];
        for (int tap = 0; tap < Taps; tap++)
        {
            (int rowParity, int row) = Divide((tap / Shape.Kernel) - Padding);
            (int columnParity, int column) = Divide((tap % Shape.Kernel) - Padding);
            planes[tap] = (rowParity * 2) + columnParity;
            shifts[tap] = (row * Y.RowStride) + column;
        }

        return new EmittedSweep([.. Enumerable.Range(0, Taps)], planes, shifts, targets);
    }

    /// <summary>Offset = stride * quotient + parity.</summary>
    private (int Parity, int Quotient) Divide(int offset)
    {
        int parity = ((offset % Shape.Stride) + Shape.Stride) % Shape.Stride;
        return (parity, (offset - parity) / Shape.Stride);
    }

    /// <summary>dx at (row, column) sums dy at ((row + padding - ky) / stride, (column + padding - kx) / stride) over the taps for which both
    /// divide. With stride 2 the taps depend on the parity of the pixel.</summary>
    private EmittedSweep[] BackwardSweeps()
    {
        var sweeps = new List<EmittedSweep>();
        int stride = Shape.Stride;
        for (int rowParity = 0; rowParity < stride; rowParity++)
        {
            for (int columnParity = 0; columnParity < stride; columnParity++)
            {
                var taps = new List<int>();
                var shifts = new List<int>();
                for (int tap = 0; tap < Taps; tap++)
                {
                    int row = rowParity + Padding - (tap / Shape.Kernel);
                    int column = columnParity + Padding - (tap % Shape.Kernel);
                    if (row % stride == 0 && column % stride == 0)
                    {
                        taps.Add(tap);
                        shifts.Add((row / stride * Y.RowStride) + (column / stride));
                    }
                }

                (int addedRow, int addedColumn) = (rowParity, columnParity);
                int[] targets = Targets(X, (row, column) => ((row * stride) + addedRow, (column * stride) + addedColumn));
                sweeps.Add(new EmittedSweep([.. taps], new int[taps.Count], [.. shifts], targets));
            }
        }

        return [.. sweeps];
    }

    /// <summary>Where the result of each row of each group goes when pixel (row, column) of y maps to a pixel of the target.</summary>
    private int[] Targets(BlockedLayout target, Func<int, int, (int Row, int Column)> map)
    {
        int[] targets = new int[Starts.Length * _groupRows];
        Array.Fill(targets, -1);
        for (int i = 0; i < targets.Length; i++)
        {
            int start = Starts[i / _groupRows];
            int position = start + (i % _groupRows);
            int image = position / Y.ImageStride;
            int row = position % Y.ImageStride / Y.RowStride;
            int column = position % Y.RowStride;
            bool isNextRow = _rowWise && position / Y.RowStride != start / Y.RowStride;
            if (!isNextRow && image < ImagesPerRun && row < Y.Shape.Height && column < Y.Shape.Width)
            {
                (int targetRow, int targetColumn) = map(row, column);
                if (targetRow < target.Shape.Height && targetColumn < target.Shape.Width)
                {
                    targets[i] = target.Position(image, targetRow, targetColumn);
                }
            }
        }

        return targets;
    }
}
