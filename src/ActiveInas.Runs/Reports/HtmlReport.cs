using System.Globalization;
using System.Net;
using System.Text;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Reports.Figures;

namespace ActiveInas.Runs.Reports;

/// <summary>A report as one HTML file that needs nothing else: no network, no other file.</summary>
internal static class HtmlReport
{
    private const int RowsShown = 500;

    private const string Keys =
        """
        <p class="keys" id="keys">Charts by keyboard: <kbd>Tab</kbd> to a chart, <kbd>left</kbd> and <kbd>right</kbd> to its points, <kbd>up</kbd> and <kbd>down</kbd> to its series,
        <kbd>Space</kbd> hides or shows the series, <kbd>Esc</kbd> closes the note. The table below each chart has its numbers.</p>
        <noscript><style>.chart, .keys { display: none; }</style><p class="note">The charts need JavaScript; the tables have all their numbers.</p></noscript>

        """;

    /// <summary>The page.</summary>
    public static string Page(Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        StringBuilder html = new();
        html.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"ActiveInas\">\n")
            .Append($"<title>{Text(report.Title)}</title>\n<style>\n{Assets.Style}</style>\n</head>\n<body>\n");
        html.Append("<a class=\"skip\" href=\"#content\">Skip to the content</a>\n<header>\n")
            .Append($"<h1>{Text(report.Title)}</h1>\n");
        foreach (string note in report.Notes)
        {
            html.Append($"<p class=\"note\">{Text(note)}</p>\n");
        }

        html.Append("<nav aria-label=\"Sections\"><ul>\n");
        foreach ((string id, string title) in report.Sections.Select(section => (section.Id, section.Title)).Append(("configuration", "Configuration")))
        {
            html.Append($"<li><a href=\"#{id}\">{Text(title)}</a></li>\n");
        }

        html.Append("</ul></nav>\n");
        if (report.Figures.Any())
        {
            html.Append(Keys);
        }

        html.Append("</header>\n<main id=\"content\">\n");
        foreach (Section section in report.Sections)
        {
            Append(html, section);
        }

        AppendConfiguration(html, report);
        html.Append("</main>\n<p id=\"live\" class=\"visually-hidden\" role=\"status\" aria-live=\"polite\"></p>\n");
        foreach (Figure figure in report.Figures)
        {
            html.Append($"<script type=\"application/json\" class=\"figure-data\" data-for=\"figure-{figure.Id}\">{FigureJson.Of(figure)}</script>\n");
        }

        return html.Append($"<script>{Script(Assets.ECharts)}</script>\n<script>{Script(Assets.Charts)}\n{Script(Assets.Page)}</script>\n</body>\n</html>\n").ToString();
    }

    private static void Append(StringBuilder html, Section section)
    {
        html.Append($"<section id=\"{section.Id}\" aria-labelledby=\"{section.Id}-title\">\n<h2 id=\"{section.Id}-title\">{Text(section.Title)}</h2>\n<p>{Text(section.Text)}</p>\n");
        foreach (NamedTable table in section.Tables)
        {
            // A table alone is named by its section.
            html.Append(section.Tables.Count > 1 ? $"<h3>{Text(table.Title)}</h3>\n" : "");
            Append(html, table.Table, table.Title);
        }

        if (section.Figures.Count > 0)
        {
            html.Append("<div class=\"figures\">\n");
            foreach (Figure figure in section.Figures)
            {
                Append(html, figure);
            }

            html.Append("</div>\n");
        }

        foreach (GalleryRound round in section.Gallery)
        {
            Append(html, round);
        }

        html.Append("</section>\n");
    }

    private static void Append(StringBuilder html, Figure figure)
    {
        // Arrow keys walk along the points, so a screen reader must pass them on: role "application" says so, and the description names the keys.
        string wide = figure.Width > 760 || figure.X.Categories?.Count > 12 ? " wide" : "";
        html.Append($"<div class=\"card{wide}\">\n<figure>\n<h3 id=\"figure-{figure.Id}-title\">{Text(figure.Title)}</h3>\n")
            .Append($"<div id=\"figure-{figure.Id}\" class=\"chart\" style=\"min-height:{figure.Height}px\" tabindex=\"0\" role=\"application\" aria-roledescription=\"chart\" ")
            .Append($"aria-labelledby=\"figure-{figure.Id}-title\" aria-describedby=\"figure-{figure.Id}-caption keys\"></div>\n")
            .Append($"<figcaption id=\"figure-{figure.Id}-caption\">{Text(figure.Caption)}</figcaption>\n</figure>\n<details><summary>Table: {Text(figure.Title)}</summary>\n");
        Append(html, figure.Table, figure.Title);
        html.Append("</details>\n</div>\n");
    }

    private static void Append(StringBuilder html, FigureTable table, string title)
    {
        html.Append($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{Text(title)}\"><table>\n<caption class=\"visually-hidden\">{Text(title)}</caption>\n<thead><tr>");
        bool[] numeric = [.. table.Columns.Select((_, c) => table.Rows.All(row => row[c] is null or not string))];
        for (int c = 0; c < table.Columns.Count; c++)
        {
            html.Append($"<th scope=\"col\"{(numeric[c] ? " class=\"number\"" : "")}>{Text(table.Columns[c])}</th>");
        }

        html.Append("</tr></thead>\n<tbody>\n");
        foreach (IReadOnlyList<object?> row in table.Rows.Take(RowsShown))
        {
            html.Append("<tr>");
            for (int c = 0; c < row.Count; c++)
            {
                string tag = c == 0 ? "th scope=\"row\"" : "td";
                html.Append($"<{tag}{(numeric[c] ? " class=\"number\"" : "")}>{Text(Cell(row[c]))}</{tag[..2]}>");
            }

            html.Append("</tr>\n");
        }

        html.Append("</tbody>\n</table></div>\n");
        if (table.Rows.Count > RowsShown)
        {
            html.Append($"<p>The first {RowsShown} of {table.Rows.Count:N0} rows; the CSV file holds them all.</p>\n");
        }
    }

    private static void Append(StringBuilder html, GalleryRound round)
    {
        html.Append($"<details class=\"gallery\" open><summary>{Text(round.Title)}</summary>\n<ol>\n");
        foreach (GalleryImage image in round.Images)
        {
            string label = image.Label is null ? "no class" : image.Label;
            string score = image.Score is { } value ? value.ToString("G4", CultureInfo.InvariantCulture) : "-";
            string picture = image.DataUri is null
                ? "<span class=\"missing\">no image</span>"
                : $"<img src=\"{image.DataUri}\" alt=\"{Text($"rank {image.Rank}: {image.Path}, {label}")}\">";
            html.Append($"<li>{picture}<span class=\"label\">{Text(label)}</span><span class=\"score\">{Text(score)}</span><span class=\"path\">{Text(image.Path)}</span></li>\n");
        }

        html.Append("</ol></details>\n");
    }

    private static void AppendConfiguration(StringBuilder html, Report report)
    {
        html.Append("<section id=\"configuration\" aria-labelledby=\"configuration-title\">\n<h2 id=\"configuration-title\">Configuration</h2>\n<p>To make these results again:</p>\n")
            .Append($"<pre tabindex=\"0\"><code>{Text(report.Command)}</code></pre>\n");
        foreach ((string name, string json) in report.Configurations)
        {
            html.Append($"<details><summary>{Text(name)}</summary>\n<pre tabindex=\"0\"><code>{Text(json)}</code></pre></details>\n");
        }

        html.Append("</section>\n");
    }

    private static string Cell(object? value) => value switch
    {
        null => "-",
        double number when !double.IsFinite(number) => "-",
        double number when number != 0 && (Math.Abs(number) < 1e-4 || Math.Abs(number) >= 1e15) => number.ToString("G4", CultureInfo.InvariantCulture),
        double number => number.ToString(Math.Abs(number) >= 1000 ? "N0" : Math.Abs(number) >= 10 ? "0.##" : "0.####", CultureInfo.InvariantCulture),
        int or long => ((IFormattable)value).ToString("N0", CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    // "</script" would end the element, wherever it stands.
    private static string Script(string code) => code.Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase);
}
