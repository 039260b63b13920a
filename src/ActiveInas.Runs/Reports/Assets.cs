namespace ActiveInas.Runs.Reports;

/// <summary>Files that are built into the library.</summary>
internal static class Assets
{
    // What the package that brings ECharts adds behind it: a bridge to Blazor.
    private const string Bridge = ",window.vizorECharts={";

    /// <summary>Apache ECharts, minified.</summary>
    public static string ECharts
    {
        get
        {
            string bundle = Read("echarts.js");
            int end = bundle.IndexOf(Bridge, StringComparison.Ordinal);
            string library = end < 0 ? bundle : bundle[..end];
            return $"/* Apache ECharts, https://echarts.apache.org, Apache License 2.0, https://www.apache.org/licenses/LICENSE-2.0 */\n{library};\n";
        }
    }

    /// <summary>Figures to chart options.</summary>
    public static string Charts => $"{Read("formats.js")}\n{Read("graph.js")}\n{Read("charts.js")}";

    /// <summary>What the page does.</summary>
    public static string Page => Read("page.js");

    /// <summary>How the page looks.</summary>
    public static string Style => Read("page.css");

    private static string Read(string name)
    {
        using Stream stream = typeof(Assets).Assembly.GetManifestResourceStream($"ActiveInas.Runs.Reports.Assets.{name}")
            ?? throw new InvalidOperationException($"The library was built without {name}.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
