using ActiveInas.Data.Images;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Reports.Figures;

namespace ActiveInas.Runs.Reports;

/// <summary>Figures as files: SVG always, PNG where the image library runs.</summary>
internal static class FigureFiles
{
    /// <summary>Writes FOLDER/ID.svg and FOLDER/ID.png for each figure.</summary>
    /// <param name="figures">What to draw.</param>
    /// <param name="folder">Where.</param>
    /// <param name="cancellation">Asked before each figure.</param>
    /// <returns>The paths written.</returns>
    public static IReadOnlyList<string> Write(IEnumerable<Figure> figures, string folder, CancellationToken cancellation)
    {
        List<string> paths = [];
        using ChartScript script = new();
        foreach (Figure figure in figures)
        {
            cancellation.ThrowIfCancellationRequested();
            string svg = script.Svg(figure);
            string path = Path.Combine(folder, figure.Id + ".svg");
            AtomicFile.WriteText(path, svg);
            paths.Add(path);
            if (ImageDecoder.Version is not null)
            {
                string png = Path.ChangeExtension(path, ".png");
                AtomicFile.Write(png, stream => stream.Write(SvgRenderer.Png(svg)));
                paths.Add(png);
            }
        }

        return paths;
    }
}
