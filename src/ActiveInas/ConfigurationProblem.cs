namespace ActiveInas;

/// <summary>One thing in a configuration that cannot work.</summary>
/// <param name="Message">What is wrong: the value found, the value wanted, and what to do. Settings stand in it between backticks by their key, `imageSize`
/// or with a value `imageSize=64`, so that whoever shows the message can name them in the words of its users.</param>
/// <param name="Settings">Keys of the settings concerned.</param>
public sealed record ConfigurationProblem(string Message, params IReadOnlyList<string> Settings);
