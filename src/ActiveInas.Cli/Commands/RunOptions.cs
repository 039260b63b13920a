using System.CommandLine;
using ActiveInas.Runs.Configuration;

namespace ActiveInas.Cli.Commands;

/// <summary>The options that make the configuration of a run: one a setting, --recipe and --set.</summary>
internal sealed class RunOptions
{
    private readonly SettingOptions _settings = new();
    private readonly Option<string?> _recipe = new("--recipe") { Description = "standard (default), quick (default for shapes), paper, or a recipe file", HelpName = "NAME|FILE" };
    private readonly Option<string[]> _set = new("--set")
    {
        Description = "change one key, for example recipe.training.epochs=10; may be repeated",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = false,
    };

    public void AddTo(Command command)
    {
        _settings.AddTo(command);
        command.Add(_recipe);
        command.Add(_set);
    }

    /// <summary>The values of --set.</summary>
    public IReadOnlyList<string> Assignments(ParseResult parsed) => parsed.GetValue(_set) ?? [];

    /// <summary>Lays file, environment and options over the defaults, and checks what comes of it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="file">CONFIG.json, or null.</param>
    public RunConfiguration Resolve(ParseResult parsed, string? file)
    {
        ConfigurationBuilder builder = new();
        if (file is not null)
        {
            builder.AddFile(file);
        }

        builder.AddEnvironment(Environment.GetEnvironmentVariables());
        _settings.Apply(parsed, builder);
        if (parsed.GetValue(_recipe) is { } name)
        {
            builder.AddRecipe(name);
        }

        foreach (string assignment in Assignments(parsed))
        {
            builder.AddAssignment(assignment);
        }

        return builder.ResolveValid();
    }

    /// <summary>Lays only the options of settings over the defaults: the environment does not change an experiment.</summary>
    public RunConfiguration ResolveOptions(ParseResult parsed)
    {
        ConfigurationBuilder builder = new();
        _settings.Apply(parsed, builder);
        return builder.Resolve();
    }

    /// <summary>Refuses options that mean nothing beside an experiment, whose file says what to run.</summary>
    /// <exception cref="UsageException">One was given.</exception>
    public void RequireOnly(ParseResult parsed, params string[] allowed)
    {
        IEnumerable<Option> own = [.. _settings.All, _recipe, _set];
        if (own.FirstOrDefault(option => !allowed.Contains(option.Name) && parsed.GetResult(option) is { Implicit: false }) is { } wrong)
        {
            throw new UsageException($"{wrong.Name} is an option of a run; an experiment takes it from its file, or by --set KEY=VALUE");
        }
    }
}
