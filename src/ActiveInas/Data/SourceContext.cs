using ActiveInas.Data.Downloads;

namespace ActiveInas.Data;

/// <summary>What a source gets to load from.</summary>
/// <param name="Request">What is wanted.</param>
/// <param name="Files">Finds and downloads the files of named sets.</param>
/// <param name="Progress">Who watches.</param>
/// <param name="Cancellation">Stops it.</param>
internal sealed record SourceContext(DataRequest Request, DataFiles Files, IProgress<ProgressEvent>? Progress, CancellationToken Cancellation);

/// <summary>A data set known by name.</summary>
internal interface INamedSource
{
    /// <summary>Name on the command line.</summary>
    string Name { get; }

    /// <summary>What a load will give, without loading or downloading anything.</summary>
    DataShape Shape(DataRequest request);

    /// <summary>Loads it, at the size it has.</summary>
    Task<Dataset> LoadAsync(SourceContext context);
}
