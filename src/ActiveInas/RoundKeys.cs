using ActiveInas.Architectures;

namespace ActiveInas;

/// <summary>Names of what happens in a round: keys of trials and purposes of seeds. The same on every replay.</summary>
internal static class RoundKeys
{
    /// <summary>The initial points: depends on the run's seed only, so that all methods compared start alike.</summary>
    public const string Initial = "initial";

    /// <summary>"round-03/train".</summary>
    public static string Train(int round) => $"{Round(round)}/train";

    /// <summary>"round-03/split".</summary>
    public static string Split(int round) => $"{Round(round)}/split";

    /// <summary>"round-03/search/A(2,1)".</summary>
    public static string Candidate(int round, Architecture architecture) => $"{Round(round)}/search/{architecture}";

    /// <summary>"round-03/query".</summary>
    public static string Query(int round) => $"{Round(round)}/query";

    private static string Round(int round) => $"round-{round:00}";
}
