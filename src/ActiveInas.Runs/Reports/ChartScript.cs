using ActiveInas.Runs.Reports.Figures;
using Jint;

namespace ActiveInas.Runs.Reports;

/// <summary>Draws figures as SVG without a browser: Apache ECharts, run by an interpreter of JavaScript. Not for several threads at once.</summary>
/// <remarks>Texts are measured by a table of widths in ECharts itself, so the same figure gives the same bytes on every machine.</remarks>
internal sealed class ChartScript : IDisposable
{
    // The picture is asked for at once: what the library wants to do later is never due.
    private const string Timers = "function setTimeout() { return 0; } function clearTimeout() {}";

    private readonly Engine _engine = new();

    /// <summary>Reads the scripts.</summary>
    public ChartScript()
    {
        _engine.Execute(Timers, "timers.js");
        _engine.Execute(Assets.ECharts, "echarts.js");
        _engine.Execute(Assets.Charts, "charts.js");
    }

    /// <summary>The text of an SVG file.</summary>
    /// <param name="figure">What to draw.</param>
    /// <param name="theme">"light" or "dark".</param>
    public string Svg(Figure figure, string theme = "light")
    {
        ArgumentNullException.ThrowIfNull(figure);
        return _engine.Invoke("ainasSvg", FigureJson.Of(figure), theme).AsString();
    }

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();
}
