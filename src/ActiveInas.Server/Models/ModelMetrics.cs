using System.Diagnostics.Metrics;

namespace ActiveInas.Server.Models;

/// <summary>What a model server counts, for OpenTelemetry.</summary>
internal sealed class ModelMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string Meter = "ActiveInas.Models";

    private readonly Meter _meter;
    private readonly Counter<long> _images;
    private readonly Counter<long> _refused;
    private readonly Histogram<int> _batches;
    private readonly Histogram<double> _seconds;

    /// <param name="meters">Makes the meter.</param>
    public ModelMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(Meter);
        _images = _meter.CreateCounter<long>("ainas.predictions", "{image}", "Images that were predicted");
        _refused = _meter.CreateCounter<long>("ainas.predictions.refused", "{image}", "Images that could not be read");
        _batches = _meter.CreateHistogram<int>("ainas.predictions.batch", "{image}", "Images that the network took at once");
        _seconds = _meter.CreateHistogram<double>("ainas.predictions.duration", "s", "Time of the network for one batch");
    }

    /// <summary>Whose waiting images are told.</summary>
    public void Watch(Func<int> waiting) => _meter.CreateObservableGauge("ainas.predictions.waiting", waiting, "{image}", "Images that wait, those in the network included");

    /// <summary>Counts a batch.</summary>
    public void Predicted(int images, TimeSpan time)
    {
        _images.Add(images);
        _batches.Record(images);
        _seconds.Record(time.TotalSeconds);
    }

    /// <summary>Counts an image that could not be read.</summary>
    public void Refused() => _refused.Add(1);
}
