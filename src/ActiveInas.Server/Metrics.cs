using System.Diagnostics.Metrics;

namespace ActiveInas.Server;

/// <summary>What the server counts, for OpenTelemetry.</summary>
internal sealed class Metrics
{
    /// <summary>Name of the meter.</summary>
    public const string Meter = "ActiveInas.Labelling";

    private readonly Counter<long> _answers;

    /// <param name="meters">Makes the meter.</param>
    /// <param name="host">Whose figures are read when somebody asks.</param>
    public Metrics(IMeterFactory meters, ProjectHost host)
    {
        Meter meter = meters.Create(Meter);
        _answers = meter.CreateCounter<long>("ainas.answers", "{answer}", "Answers that are on disk, by action");
        meter.CreateObservableGauge("ainas.labels", () => host.Project.Status().Labelled, "{image}", "Images with a label");
        meter.CreateObservableGauge("ainas.round", () => host.Project.Status().Round, "{round}", "The round whose labels are asked for");
        meter.CreateObservableGauge("ainas.accuracy", () => host.Project.Status().Accuracy ?? double.NaN, "1", "Of the last network on the images of the audit");
    }

    /// <summary>Counts an answer.</summary>
    public void Answered(string action) => _answers.Add(1, new KeyValuePair<string, object?>("action", action));
}
