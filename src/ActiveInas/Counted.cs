namespace ActiveInas;

/// <summary>Counts in messages: "1 label", "2 labels".</summary>
public static class Counted
{
    /// <summary>The count and what is counted.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">"label", or with its verb "line is".</param>
    /// <param name="many">"lines are"; null: <paramref name="one"/> with an s.</param>
    public static string Of(long count, string one, string? many = null) => $"{count} {Word(count, one, many)}";

    /// <summary>What is counted, where the count stands elsewhere or is written otherwise.</summary>
    /// <inheritdoc cref="Of"/>
    public static string Word(long count, string one, string? many = null) => count == 1 ? one : many ?? one + "s";
}
