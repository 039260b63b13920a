using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Reports.Figures;

namespace ActiveInas.Runs.Reports;

/// <summary>Figures as files: SVG always, PNG where the machine has a program that draws SVG.</summary>
public static class FigureFiles
{
    /// <summary>Writes FOLDER/ID.svg and FOLDER/ID.png for each figure.</summary>
    /// <param name="figures">What to draw.</param>
    /// <param name="folder">Where.</param>
    /// <param name="renderer">Makes PNG of SVG; null: only SVG.</param>
    /// <param name="cancellation">Asked before each figure.</param>
    /// <returns>The paths written.</returns>
    public static IReadOnlyList<string> Write(IEnumerable<Figure> figures, string folder, SvgRenderer? renderer, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(figures);
        List<string> paths = [];
        using ChartScript script = new();
        foreach (Figure figure in figures)
        {
            cancellation.ThrowIfCancellationRequested();
            string svg = Path.Combine(folder, figure.Id + ".svg");
            AtomicFile.WriteText(svg, script.Svg(figure));
            paths.Add(svg);
            if (renderer is not null)
            {
                string png = Path.ChangeExtension(svg, ".png");
                renderer.Render(svg, png, figure.Width, figure.Height);
                paths.Add(png);
            }
        }

        return paths;
    }
}
