namespace ActiveInas.Search;

/// <summary>When the difference of two validation errors says nothing.</summary>
public static class NearTie
{
    /// <summary>Standard error of a share estimated from |V'| images.</summary>
    /// <param name="error">0-1 error, 0..1.</param>
    /// <param name="validationCount">|V'|.</param>
    public static double StandardError(double error, int validationCount) => Math.Sqrt(error * (1 - error) / Math.Max(1, validationCount));

    /// <summary>Whether an error is equal to the winner's, or above it by less than the winner's standard error.</summary>
    /// <param name="winner">The smallest error.</param>
    /// <param name="other">An error at least as large.</param>
    /// <param name="validationCount">|V'|.</param>
    public static bool Is(double winner, double other, int validationCount)
        => other == winner || other - winner < StandardError(winner, validationCount);
}
