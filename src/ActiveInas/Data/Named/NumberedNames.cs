namespace ActiveInas.Data.Named;

/// <summary>Names of images that have none: "train/00042".</summary>
internal static class NumberedNames
{
    /// <summary>Count names.</summary>
    public static string[] Of(string part, int count) => [.. Enumerable.Range(0, count).Select(i => $"{part}/{i:D5}")];
}
