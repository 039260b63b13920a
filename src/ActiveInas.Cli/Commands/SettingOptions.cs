using System.CommandLine;
using ActiveInas.Runs.Configuration;

namespace ActiveInas.Cli.Commands;

/// <summary>One option for each setting of <see cref="SettingTable"/>, or for some of them.</summary>
internal sealed class SettingOptions
{
    private readonly List<(Setting Setting, Option Option)> _options;

    /// <param name="keys">The settings wanted; none: all.</param>
    public SettingOptions(params string[] keys) => _options =
    [
        .. SettingTable.All.Where(row => keys.Length == 0 || keys.Contains(row.Key))
            .Select(row => (Settings.All.Single(setting => setting.Key == row.Key), CreateOption(row))),
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
                throw new UsageException($"{option.Name} is '{value}'; it must be {wanted}");
            }
        }
    }

    private static Option CreateOption(SettingOption row) => row.ValueName is null
        ? new Option<bool>(row.Option) { Description = row.Help }
        : new Option<string>(row.Option) { Description = row.Help, HelpName = row.ValueName };
}
