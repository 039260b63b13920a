using ActiveInas.Data;

namespace ActiveInas.Learning;

/// <summary>Gives labels: a data set's own, a file's, or people's. A person may take days.</summary>
public interface IOracle
{
    /// <summary>Name recorded with the labels: "oracle" (the data set's own) or "file".</summary>
    string Source { get; }

    /// <summary>Labels for the samples asked for, in any order; it may leave out samples that will never get one.</summary>
    /// <param name="round">The round that begins with these labels: they were asked for by the query of the round before (0: the initial points).</param>
    /// <param name="samples">Ranked: the most wanted first.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="LabelsPendingException">Not all labels are there yet: the run stops with exit code 75 and goes on later.</exception>
    Task<IReadOnlyList<LabelledSample>> LabelAsync(int round, IReadOnlyList<SampleId> samples, CancellationToken cancellation);
}

/// <summary>Labels were asked for and are not there yet. The message says which file to read and how to go on.</summary>
public sealed class LabelsPendingException(string message) : Exception(message);
