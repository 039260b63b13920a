using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActiveInas.Cli.Views;

/// <summary>A line through points, drawn with Braille characters: two columns and four rows of dots in each cell.</summary>
internal sealed class LinePlot(IReadOnlyList<(double X, double Y)> points, int height, Func<double, string> xText, Func<double, string> yText) : Renderable
{
    private const int DotsWide = 2;
    private const int DotsHigh = 4;
    private const int Blank = 0x2800;

    // Bit of each dot of a cell, by row and column (Unicode block "Braille Patterns").
    private static readonly int[,] s_bits = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    /// <summary>The lines of a plot so wide, axes included.</summary>
    internal IReadOnlyList<string> Draw(int width)
    {
        if (points.Count == 0)
        {
            return [.. Enumerable.Repeat("", height)];
        }

        (double lowX, double highX) = Range(points.Select(point => point.X), padded: false);
        (double lowY, double highY) = Range(points.Select(point => point.Y), padded: true);
        int margin = Math.Max(yText(lowY).Length, yText(highY).Length) + 1;
        int columns = Math.Max(4, width - margin - 1);
        int rows = Math.Max(2, height - 1);
        int[,] cells = new int[rows, columns];
        (int X, int Y)[] dots = [.. points.Select(point => (
            Dot((point.X - lowX) / (highX - lowX), columns * DotsWide), (rows * DotsHigh) - 1 - Dot((point.Y - lowY) / (highY - lowY), rows * DotsHigh)))];
        Mark(cells, dots[0]);
        foreach (((int X, int Y) from, (int X, int Y) to) in dots.Zip(dots.Skip(1)))
        {
            Connect(cells, from, to);
        }

        List<string> lines = [];
        for (int row = 0; row < rows; row++)
        {
            string label = row == 0 ? yText(highY) : row == rows - 1 ? yText(lowY) : "";
            StringBuilder line = new StringBuilder(label.PadLeft(margin)).Append('\u2502');
            for (int column = 0; column < columns; column++)
            {
                line.Append((char)(Blank + cells[row, column]));
            }

            lines.Add(line.ToString());
        }

        string end = xText(highX);
        string begin = xText(lowX);
        lines.Add(new string(' ', margin + 1) + begin + end.PadLeft(Math.Max(end.Length + 1, columns - begin.Length)));
        return lines;
    }

    /// <inheritdoc/>
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        foreach (string line in Draw(maxWidth))
        {
            yield return new Segment(line, new Style(Color.Green));
            yield return Segment.LineBreak;
        }
    }

    private static int Dot(double share, int dots) => Math.Clamp((int)(share * (dots - 1)), 0, dots - 1);

    private static (double Low, double High) Range(IEnumerable<double> values, bool padded)
    {
        double[] all = [.. values];
        (double low, double high) = (all.Min(), all.Max());
        double margin = high > low ? (padded ? (high - low) * 0.05 : 0) : Math.Max(Math.Abs(high) * 0.05, 1e-3);
        return (low - margin, high + margin);
    }

    private static void Mark(int[,] cells, (int X, int Y) dot) => cells[dot.Y / DotsHigh, dot.X / DotsWide] |= s_bits[dot.Y % DotsHigh, dot.X % DotsWide];

    private static void Connect(int[,] cells, (int X, int Y) from, (int X, int Y) to)
    {
        int steps = Math.Max(1, Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y)));
        for (int step = 0; step <= steps; step++)
        {
            Mark(cells, (from.X + ((to.X - from.X) * step / steps), from.Y + ((to.Y - from.Y) * step / steps)));
        }
    }
}
