namespace ActiveInas.Runs.Tracking;

/// <summary>A tracking server that cannot be used, with its address and what it said.</summary>
public sealed class TrackingException : Exception
{
    /// <inheritdoc/>
    public TrackingException(string message)
        : base(message)
    {
    }

    /// <inheritdoc/>
    public TrackingException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <inheritdoc/>
    public TrackingException()
    {
    }
}
