using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using ActiveInas.Querying;

namespace ActiveInas.Cli;

/// <summary>Puts the parser's complaints into one line that names the offending word and the closest known one.</summary>
internal static class ParseErrors
{
    /// <summary>Throws for the first complaint. Asking for help or the version is never wrong.</summary>
    public static void ThrowIfAny(ParseResult parsed, RootCommand root)
    {
        if (parsed.Action is HelpAction)
        {
            return;
        }

        // A mistyped option lands in an optional argument.
        Command command = parsed.CommandResult.Command;
        Token? option = parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens).FirstOrDefault(token => token.Value.StartsWith('-') && token.Value.Length > 1);
        if (option is not null)
        {
            throw new UsageException(Unknown(option.Value, command, root));
        }

        if (parsed.Errors.Count == 0)
        {
            return;
        }

        if (parsed.UnmatchedTokens.Count > 0)
        {
            throw new UsageException(Unknown(parsed.UnmatchedTokens[0], command, root));
        }

        if (command == root)
        {
            throw new UsageException($"a command is missing: {string.Join(", ", root.Subcommands.Select(known => known.Name))}");
        }

        throw new UsageException(Missing(parsed.Errors[0]));
    }

    /// <summary>"ainas run".</summary>
    public static string CommandPath(ParseResult parsed)
        => parsed.CommandResult.Command is RootCommand ? "ainas" : $"ainas {parsed.CommandResult.Command.Name}";

    private static string Unknown(string token, Command command, RootCommand root)
    {
        if (token.StartsWith('-'))
        {
            string name = token.Split('=', 2)[0];
            return $"unknown option '{name}'{Hint(name, [.. command.Options.Concat(root.Options).Select(option => option.Name)])}";
        }

        return command == root
            ? $"unknown command '{token}'{Hint(token, [.. root.Subcommands.Select(known => known.Name)])}"
            : $"unexpected argument '{token}'";
    }

    private static string Missing(ParseError error) => error.SymbolResult switch
    {
        OptionResult { IdentifierToken: null } option => $"{option.Option.Name} is missing",
        OptionResult { Tokens.Count: 0 } option => $"{option.Option.Name} needs a value",
        OptionResult option => $"{option.Option.Name} '{option.Tokens[^1].Value}': {error.Message.TrimEnd('.')}",
        ArgumentResult { Tokens.Count: 0 } argument => $"{argument.Argument.Name} is missing",
        CommandResult { Command.Arguments.Count: > 0 } command when command.Tokens.Count == 0 => $"{command.Command.Arguments[0].Name} is missing",
        _ => error.Message.TrimEnd('.'),
    };

    private static string Hint(string text, IReadOnlyList<string> known)
        => Spelling.Closest(text, known) is { } closest ? $"; did you mean '{closest}'?" : "";
}
