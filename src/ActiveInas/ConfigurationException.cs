namespace ActiveInas;

/// <summary>A configuration that cannot work, with the value found, the values wanted and what to do. Ends a command with exit code 2.</summary>
public sealed class ConfigurationException : Exception
{
    /// <inheritdoc/>
    public ConfigurationException(string message)
        : base(message)
    {
    }

    /// <inheritdoc/>
    public ConfigurationException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <inheritdoc/>
    public ConfigurationException()
    {
    }
}
