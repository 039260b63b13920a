using System.Globalization;
using System.Net;
using System.Text;
using ActiveInas.Runs.Models;

namespace ActiveInas.Runs.Reports;

/// <summary>A confusion matrix as SVG: rows are the classes, columns what they were taken for, the darker a cell the larger its share of the row.</summary>
public static class ConfusionPicture
{
    private const int Cell = 44, SmallCell = 16, MostNumbered = 20, Letter = 7, Margin = 12, FontSize = 13, Rise = FontSize * 2 / 5, LongestName = 24;

    /// <summary>Draws it into a file. Numbers stand in the cells of up to 20 classes.</summary>
    /// <param name="evaluation">Of a model.</param>
    /// <param name="path">File to make or replace: .png, else SVG.</param>
    public static void Save(ModelEvaluation evaluation, string path)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(path);
        string svg = Svg(evaluation);
        byte[] file = Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase) ? SvgRenderer.Png(svg) : Encoding.UTF8.GetBytes(svg);
        AtomicFile.Write(path, stream => stream.Write(file));
    }

    private static string Svg(ModelEvaluation evaluation)
    {
        IReadOnlyList<string> classes = evaluation.Classes;
        bool numbered = classes.Count <= MostNumbered;
        int cell = numbered ? Cell : SmallCell;
        int names = Letter * classes.Max(name => Math.Min(name.Length, LongestName)) + (2 * Margin);
        (int left, int top) = (names + FontSize + Margin, names + FontSize + Margin);
        int width = left + (cell * classes.Count) + Margin, height = top + (cell * classes.Count) + Margin;
        StringBuilder svg = new();
        Line(svg, $"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}' font-family='sans-serif' font-size='{(numbered ? FontSize : SmallCell - 4)}'>");
        Line(svg, $"<rect width='{width}' height='{height}' fill='#ffffff'/>");
        Line(svg, $"<text x='{left + (cell * classes.Count / 2)}' y='{Margin + FontSize}' text-anchor='middle' fill='#52606d'>taken for</text>");
        Line(svg, $"<text transform='translate({Margin + FontSize} {top + (cell * classes.Count / 2)}) rotate(-90)' text-anchor='middle' fill='#52606d'>class</text>");
        for (int row = 0; row < classes.Count; row++)
        {
            string name = Name(classes[row]);
            int middle = (row * cell) + (cell / 2);
            Line(svg, $"<text x='{left - Margin}' y='{top + middle + Rise}' text-anchor='end' fill='#1f2933'>{name}</text>");
            Line(svg, $"<text transform='translate({left + middle + Rise} {top - Margin}) rotate(-90)' fill='#1f2933'>{name}</text>");
            Row(svg, evaluation.Confusion[row], row, numbered, (left, top + (row * cell), cell));
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Row(StringBuilder svg, IReadOnlyList<int> counts, int row, bool numbered, (int Left, int Top, int Cell) place)
    {
        (int left, int top, int cell) = place;
        double all = Math.Max(1, counts.Sum());
        for (int column = 0; column < counts.Count; column++)
        {
            double share = counts[column] / all;
            (int red, int green, int blue) = column == row ? (31, 119, 80) : (178, 60, 40);
            string colour = $"#{Mixed(red, share):x2}{Mixed(green, share):x2}{Mixed(blue, share):x2}";
            int x = left + (column * cell);
            Line(svg, $"<rect x='{x}' y='{top}' width='{cell}' height='{cell}' fill='{colour}' stroke='#d9e2ec'/>");
            if (numbered && counts[column] > 0)
            {
                Line(svg, $"<text x='{x + (cell / 2)}' y='{top + (cell / 2) + Rise}' text-anchor='middle' fill='{(share > 0.5 ? "#ffffff" : "#1f2933")}'>{counts[column]}</text>");
            }
        }
    }

    private static int Mixed(int colour, double share) => (int)Math.Round(255 + ((colour - 255) * share));

    private static string Name(string name) => WebUtility.HtmlEncode(name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…");

    private static void Line(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
