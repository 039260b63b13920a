using ActiveInas.Data.Downloads;
using ActiveInas.Data.Images;

namespace ActiveInas.Data;

/// <summary>What a source gets to load from.</summary>
/// <param name="Request">What is wanted.</param>
/// <param name="Files">Finds and downloads the files of named sets.</param>
/// <param name="Progress">Who watches.</param>
/// <param name="Cancellation">Stops it.</param>
/// <param name="Journals">Folder of what says which files end a decoder; null: nothing does.</param>
internal sealed record SourceContext(DataRequest Request, DataFiles Files, IProgress<ProgressEvent>? Progress, CancellationToken Cancellation, string? Journals = null)
{
    /// <summary>Decodes a file, given the side that its image will be resized to.</summary>
    public Func<byte[], int?, DecodedImage> Decode { get; init; } = ImageDecoder.Decode;
}

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
