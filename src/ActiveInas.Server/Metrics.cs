using System.Diagnostics.Metrics;

namespace ActiveInas.Server;

/// <summary>What the server counts, for OpenTelemetry; each figure names the folder of its project.</summary>
internal sealed class Metrics
{
    /// <summary>Name of the meter.</summary>
    public const string Meter = "ActiveInas.Labelling";

    private readonly Counter<long> _answers;
    private readonly KeyValuePair<string, object?> _project;

    /// <param name="meters">Makes the meter.</param>
    /// <param name="host">Whose figures are read when somebody asks.</param>
    public Metrics(IMeterFactory meters, ProjectHost host)
    {
        Meter meter = meters.Create(Meter);
        _project = new KeyValuePair<string, object?>("project", host.Project.Root);
        _answers = meter.CreateCounter<long>("ainas.answers", "{answer}", "Answers that are on disk, by action");
        meter.CreateObservableGauge("ainas.labels", () => new Measurement<int>(host.Project.Status().Labelled, _project), "{image}", "Images with a label");
        meter.CreateObservableGauge("ainas.round", () => new Measurement<int>(host.Project.Status().Round, _project), "{round}", "The round whose labels are asked for");
        meter.CreateObservableGauge("ainas.accuracy", () => new Measurement<double>(host.Project.Status().Accuracy ?? double.NaN, _project), "1", "Of the last network on the images of the audit");
    }

    /// <summary>Counts an answer.</summary>
    public void Answered(string action) => _answers.Add(1, new KeyValuePair<string, object?>("action", action), _project);
}
