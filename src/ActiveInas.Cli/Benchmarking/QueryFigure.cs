namespace ActiveInas.Cli.Benchmarking;

/// <summary>What was measured of one query.</summary>
/// <param name="Query">Name of the strategy: mc-dropout, coreset or badge.</param>
/// <param name="Network">For MC-dropout the network, for example A(1,2); else null.</param>
/// <param name="Pool">Samples to choose from.</param>
/// <param name="Labelled">Labelled samples; 0 where they do not matter.</param>
/// <param name="Length">D, length of an embedding.</param>
/// <param name="Classes">Classes; 0 where they do not matter.</param>
/// <param name="Picks">Samples chosen.</param>
/// <param name="Seconds">Of the whole query; for mc-dropout with the pass of the network, for the others from the embeddings on.</param>
/// <param name="PlainSeconds">A plain prediction pass over the same pool (a softmax-response query); null but for MC-dropout.</param>
/// <param name="MemoryBytes">Peak resident memory beyond what was there before: the embeddings, or the network and its images. Null where
/// the system does not tell.</param>
/// <param name="PicksHash">FNV-1a (64 bits) over the picked rows of the pool, each as four little-endian bytes, in the order of picking.</param>
internal sealed record QueryFigure(
    string Query,
    string? Network,
    int Pool,
    int Labelled,
    int Length,
    int Classes,
    int Picks,
    double Seconds,
    double? PlainSeconds,
    long? MemoryBytes,
    string PicksHash)
{
    /// <summary>The query over the plain pass.</summary>
    public double? Ratio => Seconds / PlainSeconds;
}
