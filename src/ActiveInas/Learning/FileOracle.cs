using ActiveInas.Data;

namespace ActiveInas.Learning;

/// <summary>Answers with the labels of a file that people or programs fill between two runs; see <see cref="LabelFile"/>.</summary>
/// <param name="path">The file of labels; read again at every question. While it does not exist no image has a label.</param>
/// <param name="data">The data set that the labels are for.</param>
/// <param name="queryFile">The file that lists what the query of a round asked for: queries/round_NN.csv.</param>
/// <param name="resumeCommand">The command that goes on once the labels are there.</param>
public sealed class FileOracle(string path, Dataset data, Func<int, string> queryFile, string resumeCommand) : IOracle
{
    /// <inheritdoc/>
    public string Source => "file";

    /// <inheritdoc/>
    public Task<IReadOnlyList<LabelledSample>> LabelAsync(int round, IReadOnlyList<SampleId> samples, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(samples);
        bool exists = File.Exists(path);
        LabelFileContents contents = exists ? LabelFile.Read(path, data) : new LabelFileContents([], new HashSet<SampleId>(), []);
        Dictionary<SampleId, int> known = contents.Samples.ToDictionary(sample => sample.Id, sample => sample.Label);
        SampleId[] missing = [.. samples.Where(id => !known.ContainsKey(id) && !contents.Bad.Contains(id))];
        if (missing.Length > 0)
        {
            string where = exists ? $"not in {path} yet" : $"missing: {path} does not exist yet";
            throw new LabelsPendingException(
                $"{missing.Length} of {Counted.Of(samples.Count, "label")} that round {round} waits for {Counted.Word(missing.Length, "is", "are")} {where} (first: {data.Train.Names[missing[0].Value]}). "
                + $"Label the images of {queryFile(round - 1)} (CSV lines of image and class), then run: {resumeCommand}");
        }

        LabelledSample[] labels = [.. samples.Where(known.ContainsKey).Select(id => new LabelledSample(id, known[id]))];
        return Task.FromResult<IReadOnlyList<LabelledSample>>(labels);
    }
}
