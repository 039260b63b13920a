using System.CommandLine;
using ActiveInas.Runs.Configuration;

namespace ActiveInas.Cli.Commands;

/// <summary>One option for each setting of <see cref="Settings"/>, or for some of them.</summary>
internal sealed class SettingOptions
{
    private readonly List<(Setting Setting, Option Option)> _options;

    /// <param name="keys">The settings wanted; none: all.</param>
    public SettingOptions(params string[] keys) => _options =
    [
        .. Settings.All.Where(setting => keys.Length == 0 || keys.Contains(setting.Key)).Select(setting => (setting, CreateOption(setting))),
    ];

    public IEnumerable<Option> All => _options.Select(pair => pair.Option);

    public void AddTo(Command command)
    {
        foreach ((_, Option option) in _options)
        {
            command.Add(option);
        }
    }

    /// <summary>Lays the options given over the configuration.</summary>
    public void Apply(ParseResult parsed, ConfigurationBuilder builder)
    {
        foreach ((Setting setting, Option option) in _options)
        {
            if (parsed.GetResult(option) is null)
            {
                continue;
            }

            string value = option is Option<string> text ? parsed.GetValue(text)! : parsed.GetValue((Option<bool>)option) ? "true" : "false";
            if (!builder.TryAddOption(setting, value, out string? wanted))
            {
                throw new UsageException($"{setting.Option} is '{value}'; it must be {wanted}");
            }
        }
    }

    private static Option CreateOption(Setting setting) => setting.ValueName is null
        ? new Option<bool>(setting.Option) { Description = setting.Help }
        : new Option<string>(setting.Option) { Description = setting.Help, HelpName = setting.ValueName };
}
