namespace ActiveInas.Runs.Reports.Figures;

/// <summary>How an axis spaces its values.</summary>
internal enum AxisScale
{
    /// <summary>Evenly, not necessarily from 0.</summary>
    Linear,

    /// <summary>By powers of ten.</summary>
    Logarithmic,

    /// <summary>Names side by side; a value is an index into <see cref="FigureAxis.Categories"/>.</summary>
    Category,
}

/// <summary>How numbers of an axis read.</summary>
internal enum NumberFormat
{
    /// <summary>1,500.</summary>
    Plain,

    /// <summary>A share as 61.3 %.</summary>
    Percent,

    /// <summary>307 k, 1.2 M.</summary>
    Short,

    /// <summary>Seconds as 5 min or 2.5 h.</summary>
    Duration,
}

/// <summary>An axis.</summary>
/// <param name="Title">What it measures, with the unit.</param>
/// <param name="Scale">Spacing.</param>
/// <param name="Format">Of its numbers.</param>
/// <param name="Categories">For a category axis.</param>
/// <param name="Min">Null: from the data.</param>
/// <param name="Max">Null: from the data.</param>
internal sealed record FigureAxis(
    string Title,
    AxisScale Scale = AxisScale.Linear,
    NumberFormat Format = NumberFormat.Plain,
    IReadOnlyList<string>? Categories = null,
    double? Min = null,
    double? Max = null);

/// <summary>What stands for a series.</summary>
internal enum Mark
{
    /// <summary>A line through its points, with a band where they have Low and High.</summary>
    Line,

    /// <summary>Bars beside those of the other series.</summary>
    Bar,

    /// <summary>Bars on top of those of the other series.</summary>
    StackedBar,

    /// <summary>Points alone.</summary>
    Scatter,

    /// <summary>A thin line to compare with.</summary>
    Guide,
}

/// <summary>Colours by meaning, so that light, dark and print can each choose their own.</summary>
internal enum Colour
{
    /// <summary>Black on white, white on black.</summary>
    Ink,

    /// <summary>Blue.</summary>
    Blue,

    /// <summary>Red.</summary>
    Red,

    /// <summary>Grey.</summary>
    Grey,

    /// <summary>Green.</summary>
    Green,

    /// <summary>Orange.</summary>
    Orange,

    /// <summary>Purple.</summary>
    Purple,

    /// <summary>Teal.</summary>
    Teal,

    /// <summary>Pink.</summary>
    Pink,

    /// <summary>Brown.</summary>
    Brown,
}

/// <summary>The stroke of a line.</summary>
internal enum Dash
{
    /// <summary>Unbroken.</summary>
    Solid,

    /// <summary>Long strokes.</summary>
    Dashed,

    /// <summary>Dots.</summary>
    Dotted,
}

/// <summary>A point of a series.</summary>
/// <param name="X">In the unit of the axis, or an index of its categories.</param>
/// <param name="Y">In the unit of the axis; null leaves a gap.</param>
/// <param name="Low">Lower end of a band; null: none.</param>
/// <param name="High">Upper end of a band; null: none.</param>
/// <param name="Note">Words for people who point at it; null: none.</param>
internal readonly record struct FigurePoint(double X, double? Y, double? Low = null, double? High = null, string? Note = null);

/// <summary>Points that belong together.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Mark">What stands for it.</param>
/// <param name="Colour">By meaning.</param>
/// <param name="Dash">For lines.</param>
/// <param name="Points">In order of X.</param>
internal sealed record FigureSeries(string Name, Mark Mark, Colour Colour, Dash Dash, IReadOnlyList<FigurePoint> Points);

/// <summary>A node of a graph on a grid.</summary>
/// <param name="Id">Unique.</param>
/// <param name="X">Column.</param>
/// <param name="Y">Row.</param>
/// <param name="Lines">Its text.</param>
/// <param name="Weight">0: not reached; above: how much of the attention it got, up to 1.</param>
/// <param name="Note">Words for people who point at it; null: none.</param>
internal sealed record FigureNode(string Id, int X, int Y, IReadOnlyList<string> Lines, double Weight, string? Note = null);

/// <summary>An arrow between nodes.</summary>
/// <param name="From">Id.</param>
/// <param name="To">Id.</param>
/// <param name="Strong">Whether it was walked.</param>
internal sealed record FigureEdge(string From, string To, bool Strong);

/// <summary>What a picture shows, as data: the page, SVG, PNG, CSV and the table behind it are all made from this.</summary>
/// <param name="Id">Unique in a report; names its files.</param>
/// <param name="Title">Heading.</param>
/// <param name="Caption">What is seen and how it was computed.</param>
/// <param name="X">Horizontal axis.</param>
/// <param name="Y">Vertical axis.</param>
/// <param name="Series">Empty for a graph.</param>
internal sealed record Figure(string Id, string Title, string Caption, FigureAxis X, FigureAxis Y, IReadOnlyList<FigureSeries> Series)
{
    /// <summary>Nodes of a graph.</summary>
    public IReadOnlyList<FigureNode> Nodes { get; init; } = [];

    /// <summary>Arrows of a graph.</summary>
    public IReadOnlyList<FigureEdge> Edges { get; init; } = [];

    /// <summary>Width in pixels where no page decides it.</summary>
    public int Width { get; init; } = 720;

    /// <summary>Height in pixels.</summary>
    public int Height { get; init; } = 420;

    /// <summary>The table behind the picture; every number of it is in its CSV.</summary>
    public required FigureTable Table { get; init; }
}

/// <summary>A table of texts and numbers.</summary>
/// <param name="Columns">Headings.</param>
/// <param name="Rows">[rows][columns]: text, whole number, double or null.</param>
internal sealed record FigureTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);
