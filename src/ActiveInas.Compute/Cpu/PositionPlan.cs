namespace ActiveInas.Compute.Cpu;

/// <summary>Results that the same taps reach, in groups of rows of the kernel. All positions count from the first image of a run.</summary>
/// <param name="Taps">Taps of the weights, ascending.</param>
/// <param name="Planes">Plane of the operand that each of them reads.</param>
/// <param name="Shifts">Positions by which that plane is shifted.</param>
/// <param name="RowStep">Positions of the operand from a row of a group to the next.</param>
/// <param name="Starts">Position of the operand of the first row of each group.</param>
/// <param name="Images">First image of each group.</param>
/// <param name="Targets">Position of the result for each row of each group; -1: a border, not written.</param>
internal sealed record PositionSweep(int[] Taps, int[] Planes, int[] Shifts, int RowStep, int[] Starts, int[] Images, int[] Targets);

/// <summary>The geometry of a convolution for a kernel that works on groups of rows: which positions make the rows.</summary>
/// <remarks>
/// Two ways. Along an image: the rows of a group are neighbours, over the positions of y; a tap is a shift. Taps that fall on a border multiply
/// zeros. With stride 2, x is first split into planes, one for each parity of (row, column), that have the positions of y; of an image
/// of up to 3 channels, patches are gathered into rows of 32 values. Across images, for small y: the rows of a group are one pixel of
/// successive images, so that a sweep takes only the taps that fall inside (at 2 x 2 these are 4 of 9), and nothing is wasted at borders.
/// Both sum the same terms in the same order.
/// </remarks>
internal sealed class PositionPlan
{
    /// <summary>Images of a work item when it works across images.</summary>
    public const int AcrossImages = 16;
    private readonly int _groupRows;

    /// <param name="shape">Kernel, stride, channels.</param>
    /// <param name="x">Layout of the input.</param>
    /// <param name="y">Layout of the output.</param>
    /// <param name="groupRows">Rows in a group of the kernel.</param>
    /// <param name="imagesAlong">Images of a work item that works along images.</param>
    /// <param name="acrossPixels">Largest H' W' that is worked on across images.</param>
    public PositionPlan(ConvolutionShape shape, BlockedLayout x, BlockedLayout y, int groupRows, int imagesAlong, int acrossPixels)
    {
        Shape = shape;
        X = x;
        Y = y;
        _groupRows = groupRows;
        Taps = shape.Kernel * shape.Kernel;
        IsAcross = !Gathers && y.Shape.Height * y.Shape.Width <= acrossPixels && y.Shape.Images >= groupRows;
        ImagesPerRun = IsAcross ? AcrossImages : imagesAlong;
        Planes = IsDirect || Gathers || shape.Kernel == 1 ? 1 : 4;
        if (IsAcross)
        {
            Forward = Across(x, y, ForwardTaps);
            Backward = Across(y, x, BackwardTaps);
        }
        else
        {
            Forward = [ForwardAlong()];
            Backward = Gathers ? [] : BackwardAlong();
        }
    }

    public ConvolutionShape Shape { get; }

    public BlockedLayout X { get; }

    public BlockedLayout Y { get; }

    public int Taps { get; }

    public int InBlocks => X.ChannelBlocks;

    public int OutBlocks => Y.ChannelBlocks;

    /// <summary>Whether x is an image of up to 3 channels.</summary>
    public bool Gathers => X.IsImage;

    /// <summary>Whether the rows of a group are one pixel of successive images.</summary>
    public bool IsAcross { get; }

    /// <summary>Whether x is the operand as it is; otherwise planes with the positions of y are made first.</summary>
    public bool IsDirect => IsAcross || (!Gathers && Shape.Stride == 1);

    /// <summary>Planes of x: 1, or 4 for a 3x3 kernel with stride 2.</summary>
    public int Planes { get; }

    /// <summary>Images that a work item covers.</summary>
    public int ImagesPerRun { get; }

    /// <summary>y from x. Together the sweeps write every pixel once.</summary>
    public PositionSweep[] Forward { get; }

    /// <summary>dx from dy. Together the sweeps write every pixel once.</summary>
    public PositionSweep[] Backward { get; }

    /// <summary>Where a tap lies from a kernel's centre.</summary>
    public (int Row, int Column) Offset(int tap)
    {
        int centre = (Shape.Kernel - 1) / 2;
        return ((tap / Shape.Kernel) - centre, (tap % Shape.Kernel) - centre);
    }

    /// <summary>The pixel of x that a tap multiplies for pixel (row, column) of y; null outside.</summary>
    public (int Row, int Column)? Source(int tap, int row, int column)
    {
        (int down, int right) = Offset(tap);
        (int Row, int Column) source = ((row * Shape.Stride) + down, (column * Shape.Stride) + right);
        return (uint)source.Row < (uint)X.Shape.Height && (uint)source.Column < (uint)X.Shape.Width ? source : null;
    }

    /// <summary>Taps that reach pixel (row, column) of y, and the positions of x that they multiply.</summary>
    private IEnumerable<(int Tap, int Position)> ForwardTaps(int row, int column)
        => from tap in Enumerable.Range(0, Taps)
           let source = Source(tap, row, column)
           where source is not null
           select (tap, X.Position(0, source.Value.Row, source.Value.Column));

    /// <summary>Taps through which pixel (row, column) of x was read, and the positions of dy that it receives from.</summary>
    private IEnumerable<(int Tap, int Position)> BackwardTaps(int row, int column)
        => from tap in Enumerable.Range(0, Taps)
           let above = row - Offset(tap).Row
           let left = column - Offset(tap).Column
           where above >= 0 && left >= 0 && above % Shape.Stride == 0 && left % Shape.Stride == 0
           where above / Shape.Stride < Y.Shape.Height && left / Shape.Stride < Y.Shape.Width
           select (tap, Y.Position(0, above / Shape.Stride, left / Shape.Stride));

    /// <summary>One sweep for each set of taps and shifts that pixels of the target share.</summary>
    private PositionSweep[] Across(BlockedLayout source, BlockedLayout target, Func<int, int, IEnumerable<(int Tap, int Position)>> tapsOf)
    {
        var pixels = from row in Enumerable.Range(0, target.Shape.Height)
                     from column in Enumerable.Range(0, target.Shape.Width)
                     let taps = tapsOf(row, column).ToArray()
                     let start = taps.Length > 0 ? taps[0].Position : 0
                     group (Start: start, Target: target.Position(0, row, column), Taps: taps)
                     by string.Join(' ', taps.Select(tap => $"{tap.Tap}:{tap.Position - start}"));
        return
        [
            .. pixels.Select(alike =>
            {
                (int Tap, int Position)[] taps = alike.First().Taps;
                int first = alike.First().Start;
                var groups = from image in Enumerable.Range(0, AcrossImages / _groupRows)
                             from pixel in alike
                             select (Image: image * _groupRows, pixel.Start, pixel.Target);
                return new PositionSweep(
                    [.. taps.Select(tap => tap.Tap)],
                    new int[taps.Length],
                    [.. taps.Select(tap => tap.Position - first)],
                    source.ImageStride,
                    [.. groups.Select(group => (group.Image * source.ImageStride) + group.Start)],
                    [.. groups.Select(group => group.Image)],
                    [.. groups.SelectMany(group => Enumerable.Range(group.Image, _groupRows).Select(image => (image * target.ImageStride) + group.Target))]);
            }),
        ];
    }

    private PositionSweep ForwardAlong()
    {
        if (Gathers)
        {
            return Along([0], [0], [0], Y, (row, column) => (row, column));
        }

        int[] planes = new int[Taps];
        int[] shifts = new int[Taps];
        for (int tap = 0; tap < Taps; tap++)
        {
            (int rowOffset, int columnOffset) = Offset(tap);
            (int rowParity, int row) = Divide(rowOffset);
            (int columnParity, int column) = Divide(columnOffset);
            planes[tap] = (rowParity * 2) + columnParity;
            shifts[tap] = (row * Y.RowStride) + column;
        }

        return Along([.. Enumerable.Range(0, Taps)], planes, shifts, Y, (row, column) => (row, column));
    }

    /// <summary>Offset = stride * quotient + parity.</summary>
    private (int Parity, int Quotient) Divide(int offset)
    {
        int parity = ((offset % Shape.Stride) + Shape.Stride) % Shape.Stride;
        return (parity, (offset - parity) / Shape.Stride);
    }

    /// <summary>dx at (row, column) sums dy at ((row + padding - ky) / stride, (column + padding - kx) / stride) over the taps for which both
    /// divide. With stride 2 the taps depend on the parity of the pixel.</summary>
    private PositionSweep[] BackwardAlong()
    {
        var sweeps = new List<PositionSweep>();
        int stride = Shape.Stride;
        for (int rowParity = 0; rowParity < stride; rowParity++)
        {
            for (int columnParity = 0; columnParity < stride; columnParity++)
            {
                var taps = new List<int>();
                var shifts = new List<int>();
                for (int tap = 0; tap < Taps; tap++)
                {
                    int row = rowParity - Offset(tap).Row;
                    int column = columnParity - Offset(tap).Column;
                    if (row % stride == 0 && column % stride == 0)
                    {
                        taps.Add(tap);
                        shifts.Add((row / stride * Y.RowStride) + (column / stride));
                    }
                }

                (int addedRow, int addedColumn) = (rowParity, columnParity);
                sweeps.Add(Along(
                    [.. taps], new int[taps.Count], [.. shifts], X, (row, column) => ((row * stride) + addedRow, (column * stride) + addedColumn)));
            }
        }

        return [.. sweeps];
    }

    /// <summary>Groups of neighbours over the positions of y: row by row, or straight over rows and borders, whichever takes fewer.</summary>
    /// <param name="taps">Taps.</param>
    /// <param name="planes">Plane of each.</param>
    /// <param name="shifts">Shift of each.</param>
    /// <param name="target">Layout of the result.</param>
    /// <param name="map">The pixel of the result for a pixel of y.</param>
    private PositionSweep Along(int[] taps, int[] planes, int[] shifts, BlockedLayout target, Func<int, int, (int Row, int Column)> map)
    {
        int groupsPerRow = (Y.Shape.Width + _groupRows - 1) / _groupRows;
        bool byRow = groupsPerRow * Y.Shape.Height * _groupRows <= Y.ImageStride;
        int[] starts = byRow
            ? [.. from image in Enumerable.Range(0, ImagesPerRun)
                  from row in Enumerable.Range(0, Y.Shape.Height)
                  from part in Enumerable.Range(0, groupsPerRow)
                  select Y.Position(image, row, part * _groupRows)]
            : [.. Enumerable.Range(0, ((ImagesPerRun * Y.ImageStride) + _groupRows - 1) / _groupRows).Select(i => i * _groupRows)];
        int[] targets = new int[starts.Length * _groupRows];
        Array.Fill(targets, -1);
        for (int i = 0; i < targets.Length; i++)
        {
            int start = starts[i / _groupRows];
            int position = start + (i % _groupRows);
            int image = position / Y.ImageStride;
            int row = position % Y.ImageStride / Y.RowStride;
            int column = position % Y.RowStride;
            bool isNextRow = byRow && position / Y.RowStride != start / Y.RowStride;
            if (!isNextRow && image < ImagesPerRun && row < Y.Shape.Height && column < Y.Shape.Width)
            {
                (int targetRow, int targetColumn) = map(row, column);
                if (targetRow < target.Shape.Height && targetColumn < target.Shape.Width)
                {
                    targets[i] = target.Position(image, targetRow, targetColumn);
                }
            }
        }

        return new PositionSweep(taps, planes, shifts, 1, starts, [.. starts.Select(start => start / Y.ImageStride)], targets);
    }
}
