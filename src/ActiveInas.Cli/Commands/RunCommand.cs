using System.CommandLine;
using ActiveInas.Cli.Views;
using ActiveInas.Runs;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas run [CONFIG.json]</c>: starts a run and sees it through.</summary>
internal static class RunCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string?> file = new("CONFIG.json") { Arity = ArgumentArity.ZeroOrOne, Description = "configuration file; options override it" };
        Option<string?> recipe = new("--recipe") { Description = "quick, paper, or a recipe file", HelpName = "NAME|FILE" };
        Option<string[]> set = new("--set")
        {
            Description = "change one key, for example recipe.training.epochs=10; may be repeated",
            HelpName = "KEY=VALUE",
            AllowMultipleArgumentsPerToken = false,
        };
        Option<bool> dryRun = new("--dry-run") { Description = "check and print the resolved configuration, and run nothing" };
        SettingOptions settings = new();
        Command command = new("run", "Learn actively: query labels, search the architecture, train, until the budget is spent.") { file };
        settings.AddTo(command);
        command.Add(recipe);
        command.Add(set);
        command.Add(dryRun);
        command.SetAction(async (parsed, _) =>
        {
            RunConfiguration configuration = Resolve(parsed, file, settings, recipe, set);
            if (parsed.GetValue(dryRun))
            {
                terminal.Out.WriteLine(configuration.Validate().ToJson());
                return ExitCode.Ok;
            }

            return await RunWatcher.WatchAsync(
                terminal,
                parsed,
                (progress, cancellation) => ActiveInasRun.StartAsync(configuration, progress, cancellation: cancellation)).ConfigureAwait(false);
        });
        return command;
    }

    private static RunConfiguration Resolve(
        ParseResult parsed, Argument<string?> file, SettingOptions settings, Option<string?> recipe, Option<string[]> set)
    {
        ConfigurationBuilder builder = new();
        if (parsed.GetValue(file) is { } path)
        {
            builder.AddFile(path);
        }

        builder.AddEnvironment(Environment.GetEnvironmentVariables());
        settings.Apply(parsed, builder);
        if (parsed.GetValue(recipe) is { } name)
        {
            builder.AddRecipe(name);
        }

        foreach (string assignment in parsed.GetValue(set) ?? [])
        {
            builder.AddAssignment(assignment);
        }

        return builder.Current;
    }
}
