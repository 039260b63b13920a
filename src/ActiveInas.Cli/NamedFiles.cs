namespace ActiveInas.Cli;

/// <summary>Writes files where a person asked for them.</summary>
internal static class NamedFiles
{
    /// <summary>Writes; what cannot be written is said with the options that choose another place.</summary>
    /// <param name="what">"The report".</param>
    /// <param name="options">"--out".</param>
    /// <param name="write">Does it.</param>
    /// <exception cref="ConfigurationException">It cannot be written.</exception>
    public static T Write<T>(string what, string options, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{what} cannot be written: {exception.Message.TrimEnd('.')}. Make room or choose another place with {options}.", exception);
        }
    }
}
