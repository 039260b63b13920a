using System.Text;
using ActiveInas.Architectures;
using ActiveInas.Data.Images;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Models;
using ActiveInas.Runs.Reports.Figures;

namespace ActiveInas.Runs.Reports;

/// <summary>Figures as files: SVG always, PNG where the image library runs.</summary>
public static class FigureFiles
{
    /// <summary>Draws a confusion matrix.</summary>
    /// <param name="evaluation">Of a model.</param>
    /// <param name="path">File to make or replace: .png, else SVG.</param>
    public static void WriteConfusion(ModelEvaluation evaluation, string path)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(path);
        string svg = ConfusionPicture.Svg(evaluation);
        byte[] file = Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase) ? SvgRenderer.Png(svg) : Encoding.UTF8.GetBytes(svg);
        AtomicFile.Write(path, stream => stream.Write(file));
    }

    /// <summary>Writes FOLDER/ID.svg and FOLDER/ID.png for each figure of a report.</summary>
    /// <param name="report">Whose figures.</param>
    /// <param name="folder">Where.</param>
    /// <param name="cancellation">Asked before each figure.</param>
    /// <returns>The paths written.</returns>
    public static IReadOnlyList<string> Write(Report report, string folder, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(report);
        return Write(report.Figures, folder, cancellation);
    }

    /// <summary>Writes FOLDER/space.svg and FOLDER/space.png: the search space.</summary>
    /// <param name="space">Its bounds.</param>
    /// <param name="side">H and W of the images in pixels.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="folder">Where.</param>
    /// <returns>The paths written.</returns>
    public static IReadOnlyList<string> WriteSpace(SearchSpace space, int side, int classes, string folder)
    {
        ArgumentNullException.ThrowIfNull(space);
        Figure figure = SpaceFigure.Create(
            space, side, side, classes, [], $"Search space up to A({space.MaxBlocks},{space.MaxStacks})",
            $"Parameters and FLOPs of one forward pass for images of {side}x{side} pixels and {classes} classes. Arrows lead to more blocks and to more stacks.");
        return Write([figure], folder, CancellationToken.None);
    }

    /// <summary>Writes FOLDER/ID.svg and FOLDER/ID.png for each figure.</summary>
    /// <param name="figures">What to draw.</param>
    /// <param name="folder">Where.</param>
    /// <param name="cancellation">Asked before each figure.</param>
    /// <returns>The paths written.</returns>
    internal static IReadOnlyList<string> Write(IEnumerable<Figure> figures, string folder, CancellationToken cancellation)
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
