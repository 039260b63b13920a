namespace ActiveInas;

/// <summary>A configuration that cannot work, with the value found, the values wanted and what to do. Ends a command with exit code 2.</summary>
public sealed class ConfigurationException : Exception
{
    /// <inheritdoc/>
    public ConfigurationException(string message)
        : this([new ConfigurationProblem(message)])
    {
    }

    /// <inheritdoc/>
    public ConfigurationException(string message, Exception inner)
        : base(message, inner) => Problems = [new ConfigurationProblem(message)];

    /// <summary>All that is wrong; the message has a line for each.</summary>
    public ConfigurationException(IReadOnlyList<ConfigurationProblem> problems)
        : base(string.Join('\n', problems.Select(problem => problem.Message))) => Problems = problems;

    /// <summary>What is wrong, one at least.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; }
}
