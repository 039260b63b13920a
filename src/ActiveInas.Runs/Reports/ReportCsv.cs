using System.Text;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Reports.Figures;

namespace ActiveInas.Runs.Reports;

/// <summary>Every number of a report as CSV: a file a figure, a table and a gallery.</summary>
internal static class ReportCsv
{
    /// <summary>Writes FOLDER/ID.csv for each.</summary>
    /// <returns>The paths written.</returns>
    public static IReadOnlyList<string> Write(Report report, string folder)
    {
        ArgumentNullException.ThrowIfNull(report);
        List<string> paths = [];
        IEnumerable<(string Id, FigureTable Table)> tables = report.Sections.SelectMany(section => section.Tables.Select(table => (table.Id, table.Table))
            .Concat(section.Figures.Select(figure => (figure.Id, figure.Table)))
            .Concat(section.Gallery.Count > 0 ? [(section.Id, Images(section.Gallery))] : []));
        foreach ((string id, FigureTable table) in tables)
        {
            string path = Path.Combine(folder, id + ".csv");
            AtomicFile.WriteText(path, Text(table));
            paths.Add(path);
        }

        return paths;
    }

    private static FigureTable Images(IReadOnlyList<GalleryRound> rounds) => new(
        ["query", "rank", "path", "label", "score"],
        [.. rounds.SelectMany(round => round.Images.Select(image => new object?[] { round.Title, image.Rank, image.Path, image.Label, image.Score }))]);

    private static string Text(FigureTable table)
    {
        StringBuilder text = new StringBuilder().AppendCsv([.. table.Columns]);
        foreach (IReadOnlyList<object?> row in table.Rows)
        {
            text.AppendCsv([.. row]);
        }

        return text.ToString();
    }
}
