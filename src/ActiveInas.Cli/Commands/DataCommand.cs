using System.CommandLine;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Data;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Output;
using Spectre.Console;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas data SOURCE</c>: loads a data set and says what is in it.</summary>
internal static class DataCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> source = new("SOURCE") { Description = "name of a data set, or path of a class-folder tree or archive" };
        SettingOptions settings = new("dataDirectory", "imageSize", "dataSeed", "useAllTraining", "include", "exclude", "validationPart", "labelsTable", "simulate");
        Command command = new("data", "Load a data set and say what is in it: counts, classes, sizes, mean, problems.") { source };
        settings.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            ConfigurationBuilder builder = new(new RunConfiguration { Data = parsed.GetRequiredValue(source) });
            settings.Apply(parsed, builder);
            RunConfiguration configuration = builder.ResolveValid();
            using Signals signals = new(terminal, stopping: null);
            Dataset data = await ProgressViews.WatchAsync(
                terminal,
                parsed,
                progress => DataSources.LoadAsync(configuration.DataRequest, progress, signals.Token)).ConfigureAwait(false);
            data = configuration.Simulate is { } simulation ? simulation.Apply(data, configuration.DataSeed) : data;
            DatasetSummary summary = DatasetSummary.Of(data);
            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.Out.WriteLine(JsonText.Write(Document(configuration.Data, summary)));
            }
            else
            {
                Write(terminal.Result, summary, parsed.GetValue(CommonOptions.Verbose));
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static JsonObject Document(string source, DatasetSummary summary) => new()
    {
        ["schema_version"] = RunDocument.SchemaVersion,
        ["source"] = source,
        ["name"] = summary.Name,
        ["train"] = summary.Train,
        ["test"] = summary.Test,
        ["unlabelled"] = summary.Unlabelled,
        ["height"] = summary.Height,
        ["width"] = summary.Width,
        ["classes"] = new JsonArray([.. summary.Classes.Select(row => new JsonObject
        {
            ["name"] = row.Name,
            ["train"] = row.Train,
            ["test"] = row.Test,
        })]),
        ["mean"] = JsonText.Number(summary.Mean),
        ["deviation"] = JsonText.Number(summary.Deviation),
        ["channel_means"] = new JsonArray([.. summary.ChannelMeans.Select(value => JsonText.Number(value))]),
        ["channel_deviations"] = new JsonArray([.. summary.ChannelDeviations.Select(value => JsonText.Number(value))]),
        ["duplicates"] = summary.Duplicates,
        ["shared_with_test"] = summary.SharedWithTest,
        ["problems"] = new JsonArray([.. summary.Problems.Select(problem => new JsonObject
        {
            ["path"] = problem.Path,
            ["message"] = SettingTable.InOptions(problem.Message),
        })]),
    };

    private static void Write(IAnsiConsole console, DatasetSummary summary, bool all)
    {
        Tables.Fact(console, "data", summary.Name);
        Tables.Fact(console, "images", $"{NumberText.Count(summary.Train)} train, {NumberText.Count(summary.Test)} test, {summary.Height}x{summary.Width} pixels");
        if (summary.Unlabelled > 0)
        {
            Tables.Fact(console, "unlabelled", NumberText.Count(summary.Unlabelled));
        }

        Tables.Fact(console, "mean, deviation", $"{summary.Mean:0.00}, {summary.Deviation:0.00} (of 0..255)");
        Tables.Fact(console, "channel means", string.Join(", ", summary.ChannelMeans.Select(value => $"{value:0.00}")));
        Tables.Fact(console, "duplicates", $"{summary.Duplicates} within a part, {summary.SharedWithTest} shared by train and test");
        if (summary.Classes.Count > 0)
        {
            Table table = Tables.Create("class", "#train", "#test");
            foreach (ClassCount row in summary.Classes)
            {
                table.AddRow(Tables.Text(row.Name), Tables.Text(NumberText.Count(row.Train)), Tables.Text(NumberText.Count(row.Test)));
            }

            console.Write(table);
        }

        WriteProblems(console, summary.Problems, all);
    }

    private static void WriteProblems(IAnsiConsole console, IReadOnlyList<DataProblem> problems, bool all)
    {
        const int Shown = 20;
        console.WriteLine(problems.Count == 0 ? "no problems" : $"{Counted.Of(problems.Count, "problem")}:");
        foreach (DataProblem problem in problems.Take(all ? int.MaxValue : Shown))
        {
            console.WriteLine(Printable.Text($"  {problem.Path}: {problem.Message}"));
        }

        if (!all && problems.Count > Shown)
        {
            console.WriteLine($"  and {problems.Count - Shown} more (--verbose lists all)");
        }
    }
}
