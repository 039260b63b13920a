namespace ActiveInas.Runs.Tracking;

/// <summary>A tracking server that cannot be used, with its address and what it said.</summary>
internal sealed class TrackingException(string message, Exception? inner = null) : Exception(message, inner);
