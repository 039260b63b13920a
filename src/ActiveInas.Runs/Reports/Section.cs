using ActiveInas.Runs.Reports.Figures;

namespace ActiveInas.Runs.Reports;

/// <summary>A part of a report.</summary>
/// <param name="Id">Names its files and its place in the page.</param>
/// <param name="Title">Heading.</param>
/// <param name="Text">What is seen, in one or two sentences.</param>
internal sealed record Section(string Id, string Title, string Text)
{
    /// <summary>Pictures, each with its table.</summary>
    public IReadOnlyList<Figure> Figures { get; init; } = [];

    /// <summary>Tables that stand by themselves.</summary>
    public IReadOnlyList<NamedTable> Tables { get; init; } = [];

    /// <summary>Pictures picked from the pool.</summary>
    public IReadOnlyList<GalleryRound> Gallery { get; init; } = [];
}

/// <summary>A table that stands by itself.</summary>
/// <param name="Id">Names its file.</param>
/// <param name="Title">Heading.</param>
/// <param name="Table">Its contents.</param>
internal sealed record NamedTable(string Id, string Title, FigureTable Table);

/// <summary>Images that a query picked.</summary>
/// <param name="Title">Which query.</param>
/// <param name="Images">Ranked.</param>
internal sealed record GalleryRound(string Title, IReadOnlyList<GalleryImage> Images);

/// <summary>One of them.</summary>
/// <param name="DataUri">PNG as a data: address; null when the pixels are not at hand.</param>
/// <param name="Path">What a person calls the image.</param>
/// <param name="Label">Class that it was given; null while it has none.</param>
/// <param name="Score">The strategy's score; null where there is none.</param>
/// <param name="Rank">1 = asked first.</param>
internal sealed record GalleryImage(string? DataUri, string Path, string? Label, double? Score, int Rank);
