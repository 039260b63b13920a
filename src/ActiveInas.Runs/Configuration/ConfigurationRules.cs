using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;

namespace ActiveInas.Runs.Configuration;

/// <summary>What the values of a configuration must be, alone and beside each other, before any data is loaded.</summary>
internal sealed class ConfigurationRules
{
    private readonly List<ConfigurationProblem> _problems = [];
    private readonly RunConfiguration _run;

    private ConfigurationRules(RunConfiguration run) => _run = run;

    /// <summary>See <see cref="RunConfiguration.Validate"/>.</summary>
    public static IReadOnlyList<ConfigurationProblem> Problems(RunConfiguration run, IQueryStrategy? own, bool anySource)
    {
        ConfigurationRules rules = new(run);
        if (!anySource)
        {
            rules.CheckSource();
        }

        rules.CheckLearning(own);
        rules.CheckStopping();
        rules.CheckMachine();
        return rules._problems;
    }

    private void CheckSource()
    {
        if (DataSources.Resolve(_run.Data, _run.DataDirectory) is null)
        {
            string hint = Spelling.Closest(_run.Data, DataSources.Names) is { } closest ? $" Did you mean {closest}?" : "";
            Add($"`data` '{_run.Data}' is neither a data set ({string.Join(", ", DataSources.Names)}) nor a path that exists.{hint}", "data");
        }
    }

    private void CheckLearning(IQueryStrategy? own)
    {
        if (own?.Name != _run.Query)
        {
            Check(() => QueryStrategies.Create(_run.Query), "query");
        }

        Check(() => _run.Space.Require(_run.Architecture ?? _run.Start), "space", _run.Architecture is null ? "start" : "architecture");
        Check(() => InitialQueries.Require(_run.InitialQuery), "initialQuery");
        RequireWhole("initial", _run.Initial);
        RequireWhole("searchSteps", _run.SearchSteps);
        RequireWhole("mcPasses", _run.McPasses);
        Require(_run.Budget >= _run.Initial, $"`budget` {_run.Budget} is below `initial` {_run.Initial}: the budget counts all labels; give at least {_run.Initial}.", "budget", "initial");
        Require(_run.ValidationShare is > 0 and < 1, $"`validationShare` {_run.ValidationShare} is out of range: give a share between 0 and 1, for example 0.2.", "validationShare");
        Require(
            _run.Simulate is null || _run.Oracle == OracleKind.Dataset, "`simulate` changes images and labels of a labelled data set: leave `oracle=file` out.", "simulate", "oracle");
        Require(_run.Oracle != OracleKind.File || _run.Labels is not null, "`oracle=file` needs `labels=FILE`: a CSV file of id or path, class.", "oracle", "labels");
    }

    private void CheckStopping()
    {
        Require(
            _run.StopAccuracy is null or (> 0 and <= 1),
            $"`stopAccuracy` {_run.StopAccuracy} is out of range: give a validation accuracy above 0 and up to 1, for example 0.9.", "stopAccuracy");
        Require(_run.StopHours is null or > 0, $"`stopHours` {_run.StopHours} is out of range: give hours above 0, for example 8 or 0.5.", "stopHours");
        RequireRule("stopPlateau", _run.StopPlateau, 0, new RoundRule(0.01, RoundRule.DefaultRounds));
        RequireRule("stopKappa", _run.StopKappa, -1, new RoundRule(0.99, RoundRule.DefaultRounds));
        string reader = _run.StopAccuracy is null ? "stopPlateau" : "stopAccuracy";
        Require(
            _run.Architecture is null || (_run.StopAccuracy is null && _run.StopPlateau is null),
            $"`{reader}` reads the validation accuracy of the search, which `architecture={_run.Architecture}` does not have: use `stopKappa` or `stopHours`, or leave `architecture` out.",
            reader, "architecture");
    }

    private void CheckMachine()
    {
        Require(_run.Threads >= 0, $"`threads` {_run.Threads} is negative: give a count, or 0 for one a core.", "threads");
        Require(_run.ImageSize is null or (>= 4 and <= 1024), $"`imageSize` {_run.ImageSize} is out of range: give 4 to 1024 pixels.", "imageSize");
    }

    private void RequireWhole(string key, int value) => Require(value >= 1, $"`{key}` {value} is too small: give at least 1.", key);

    private void RequireRule(string key, RoundRule? rule, double least, RoundRule example)
        => Require(
            rule is null || (rule.Value.Value >= least && rule.Value.Value <= 1 && rule.Value.Rounds >= 1),
            $"`{key}` '{rule}' is not possible; wanted {RoundRule.Wanted} with VALUE from {least} to 1 and at least 1 round, for example {example}.", key);

    private void Require(bool holds, string message, params string[] keys)
    {
        if (!holds)
        {
            Add(message, keys);
        }
    }

    private void Check(Action check, params string[] keys)
    {
        try
        {
            check();
        }
        catch (ConfigurationException exception)
        {
            Add(exception.Message, keys);
        }
    }

    private void Add(string message, params string[] keys) => _problems.Add(new ConfigurationProblem(message, keys));
}
