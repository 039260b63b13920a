using ActiveInas.Compute;
using ActiveInas.Data;

namespace ActiveInas.Training;

/// <summary>A training that carries all it needs, so that another machine can do it to the same bytes. As JSON it has one line and one form.</summary>
/// <example><code>
/// {"schema_version":1,"kernels":"winograd",
///  "data":{"source":"cifar10","seed":1,"useAllTraining":false,"classes":["airplane",...],"fingerprint":"9f86..."},
///  "request":{"key":"round-01/search/A(1,2)","architecture":"A(1,2)","seed":7,"measure":"accuracy","train":[[12,3],...],"validation":[[40,0],...],"recipe":{...}}}
/// </code></example>
/// <remarks>A sample is a pair [place in the pool, class]. Keys of the data without a value are left out.</remarks>
/// <param name="Data">What it trains on.</param>
/// <param name="Kernels">Family of the kernels: all its rows give the same bytes.</param>
/// <param name="Request">The training: of a candidate, scored on V', or without a validation part that of a round.</param>
public sealed record TrialJob(TrialData Data, KernelFamily Kernels, TrialRequest Request)
{
    /// <summary>Whether it is a candidate of the search; else it is the training of a round, which leaves a network.</summary>
    public bool IsCandidate => Request.Validation.Count > 0;

    /// <summary>Names it by its content: 12 hexadecimal digits of a SHA-256. Where the data lies changes no result and is left out.</summary>
    public string Id => TrialJobJson.Id(this);

    /// <summary>The job as JSON, the same text for the same job.</summary>
    public string ToJson() => TrialJobJson.Write(this);

    /// <summary>Reads what <see cref="ToJson"/> wrote. An unknown key is an error.</summary>
    /// <param name="json">The text.</param>
    /// <param name="path">Where it came from, for messages.</param>
    /// <exception cref="ConfigurationException">It describes no job; the message names the key.</exception>
    public static TrialJob FromJson(string json, string path) => TrialJobJson.Read(json, path);

    /// <summary>Loads the data and checks that it is what the job was made for.</summary>
    /// <param name="dataDirectory">Cache of the named sets; null: the user's cache folder.</param>
    /// <param name="progress">Told what is loaded.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="DataException">It cannot be loaded, lacks a class, or is not the same data.</exception>
    /// <exception cref="ConfigurationException">The network does not fit its images.</exception>
    public async Task<Dataset> LoadAsync(string? dataDirectory = null, IProgress<ProgressEvent>? progress = null, CancellationToken cancellation = default)
    {
        Dataset data = await DataSources.LoadAsync(Data.Request with { DataDirectory = dataDirectory }, progress, cancellation).ConfigureAwait(false);
        data = Data.Fit(data);
        if (Request.Train.Concat(Request.Validation).FirstOrDefault(sample => sample.Id.Value >= data.Train.Count) is { Id.Value: > 0 } outside)
        {
            throw new ConfigurationException(
                $"{Request.Key}: there is no image {outside.Id} in {data.Name}, whose pool has {data.Train.Count} (0 to {data.Train.Count - 1}): mend the samples of the job.");
        }

        Request.Architecture.RequireFits(data.Train.Height, data.Train.Width);
        return data;
    }
}

/// <summary>The data of a job: where it comes from, and what tells it from other data.</summary>
/// <param name="Request">Where from and how to read it; the cache of the named sets is each machine's own.</param>
/// <param name="Classes">Names of the classes, which a pool of unlabelled images does not have.</param>
/// <param name="Fingerprint"><see cref="DatasetFingerprint"/> of the data with these classes, made harder where that is asked for.</param>
public sealed record TrialData(DataRequest Request, IReadOnlyList<string> Classes, string Fingerprint)
{
    /// <summary>How the pool is made harder; null: it is not.</summary>
    public Simulation? Simulate { get; init; }

    /// <summary>The loaded data with the classes and the simulation of the job.</summary>
    /// <exception cref="DataException">It lacks a class, or is not the same data.</exception>
    internal Dataset Fit(Dataset data)
    {
        if (data.Classes.Count > 0 && Classes.FirstOrDefault(name => !data.Classes.Contains(name)) is { } missing)
        {
            string lost = data.Loss is { } loss ? $" {loss}" : "";
            throw new DataException(
                $"{data.Name}: the class '{missing}' of the job is missing; the data has {string.Join(", ", data.Classes)}.{lost} Name the data that the job was made from.");
        }

        data = data.Classes.Count == 0 ? data with { Classes = [.. Classes] } : data;
        data = Simulate is { } simulation ? simulation.Apply(data, Request.Seed) : data;
        string found = DatasetFingerprint.Of(data);
        return found == Fingerprint
            ? data
            : throw new DataException(
                $"{data.Name} is not the data of the job: its fingerprint is {found}, wanted {Fingerprint} (images, names, labels, classes or their order differ, or another version of "
                + "the program decoded them otherwise). Name the data that the job was made from.");
    }
}
