using System.CommandLine;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Runs;
using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Tracking;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas track RUN|EXPERIMENT --mlflow URL</c>: copies runs to a tracking server; again for what is new.</summary>
internal static class TrackCommand
{
    private const string Variable = "MLFLOW_TRACKING_URI";

    public static Command Create(Terminal terminal)
    {
        Argument<string> what = new("RUN|EXPERIMENT") { Description = "a run (folder, or id in runs/), or the folder of an experiment" };
        Option<string?> mlflow = new("--mlflow") { Description = $"address of the MLflow server (default: {Variable})", HelpName = "URL" };
        Option<string?> name = new("--name") { Description = "name of the experiment on the server (default: that of the experiment, or ainas)", HelpName = "NAME" };
        Command command = new("track", "Copy a run or the runs of an experiment to an MLflow server; run again to add what is new.") { what, mlflow, name };
        command.SetAction(async (parsed, _) =>
        {
            Uri server = Server(parsed.GetValue(mlflow));
            string path = parsed.GetRequiredValue(what);
            (string experiment, (RunFolder Folder, string? Label)[] runs) = Runs(path);
            using MlflowTracker tracker = new(server, parsed.GetValue(name) ?? experiment);
            using Signals signals = new(terminal, stopping: null);
            List<(RunFolder Folder, TrackResult Result)> results = [];
            foreach ((RunFolder folder, string? label) in runs)
            {
                results.Add((folder, await tracker.TrackAsync(folder, label, signals.Token).ConfigureAwait(false)));
            }

            Write(terminal, server, results, parsed.GetValue(CommonOptions.Json));
            return ExitCode.Ok;
        });
        return command;
    }

    private static (string Name, (RunFolder, string?)[] Runs) Runs(string path)
    {
        if (!ExperimentFolder.IsExperiment(path))
        {
            return ("ainas", [(Catalog.Find(path), null)]);
        }

        ExperimentFolder folder = ExperimentFolder.At(path);
        Experiment experiment = folder.Read();
        (RunFolder, string?)[] runs = [.. CellState.ReadAll(experiment, folder).Where(cell => cell.Run is not null).Select(cell => (cell.Folder, (string?)cell.Cell.Label))];
        return runs.Length > 0 ? (experiment.Name, runs) : throw new RunException($"{path}: no run of the experiment has begun, so there is nothing to track.");
    }

    private static Uri Server(string? given)
    {
        (string source, string? address) = given is null ? (Variable, Environment.GetEnvironmentVariable(Variable)) : ("--mlflow", given);
        if (string.IsNullOrEmpty(address))
        {
            throw new UsageException($"--mlflow is missing; give the address of the server, for example http://127.0.0.1:5000, or set {Variable}");
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? server) || server.Scheme is not ("http" or "https"))
        {
            throw new UsageException($"{source} '{address}' is no address; it must be like http://127.0.0.1:5000");
        }

        // An address is printed, and kept in the run's folder.
        return server.UserInfo.Length == 0
            ? server
            : throw new UsageException($"{source} holds a user name; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD instead");
    }

    private static void Write(Terminal terminal, Uri server, List<(RunFolder Folder, TrackResult Result)> results, bool json)
    {
        if (json)
        {
            terminal.Out.WriteLine(JsonText.Write(new JsonObject
            {
                ["schema_version"] = RunDocument.SchemaVersion,
                ["server"] = server.AbsoluteUri,
                ["runs"] = new JsonArray([.. results.Select(pair => new JsonObject
                {
                    ["folder"] = pair.Folder.Root,
                    ["mlflow_run"] = pair.Result.Run,
                    ["metrics"] = pair.Result.Metrics,
                    ["new"] = pair.Result.IsNew,
                })]),
            }));
            return;
        }

        foreach ((RunFolder folder, TrackResult result) in results)
        {
            Tables.Fact(terminal.Result, result.IsNew ? "new on the server" : "updated", $"{folder.Root} as {result.Run}: {result.Metrics:N0} values");
        }
    }
}
