using ActiveInas.Data;

namespace ActiveInas.Learning;

/// <summary>Answers with the labels that the data set itself carries.</summary>
/// <param name="train">The training part.</param>
public sealed class DatasetOracle(ImageSet train) : IOracle
{
    /// <inheritdoc/>
    public string Source => "oracle";

    /// <inheritdoc/>
    public Task<IReadOnlyList<LabelledSample>> LabelAsync(int round, IReadOnlyList<SampleId> samples, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(samples);
        LabelledSample[] labels = [.. samples.Select(id => new LabelledSample(id, train.Labels[id.Value]))];
        foreach (LabelledSample sample in labels)
        {
            if (sample.Label == ImageSet.Unknown)
            {
                throw new DataException(
                    $"The data set has no label for sample {sample.Id} ({train.Names[sample.Id.Value]}). Give labels from outside: `oracle=file` with `labels=FILE`.");
            }
        }

        return Task.FromResult<IReadOnlyList<LabelledSample>>(labels);
    }
}
