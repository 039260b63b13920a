using System.CommandLine;
using ActiveInas.Cli.Views;
using ActiveInas.Runs.Experiments;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas experiment FILE.json|FOLDER</c>: runs the cells of a grid that are not finished.</summary>
internal static class ExperimentCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> file = new("FILE.json") { Description = "what all runs share, and grids of what differs; or the folder of an experiment that began" };
        Option<string?> output = new("--out") { Description = "the experiment's folder (default: runs/NAME); one that exists is gone on with", HelpName = "DIR" };
        Option<int> jobs = new("--jobs") { Description = "runs at a time, 0 for one a core", HelpName = "N" };
        Option<int> threads = new("--threads") { Description = "threads of each run, 0 for the cores divided by the jobs", HelpName = "N" };
        Option<string?> data = new("--data-dir") { Description = "where named data sets are cached", HelpName = "DIR" };
        Option<string?> kernels = new("--kernels") { Description = "kernels of all runs, a row of 'ainas info' (default: those of the folder, else auto, the fastest here by measurement)", HelpName = "NAME|auto" };
        Option<string[]> set = new("--set") { Description = "change one key of every run, for example budget=4000; may be repeated", HelpName = "KEY=VALUE", AllowMultipleArgumentsPerToken = false };
        Option<bool> otherKernels = new("--allow-other-kernels") { Description = "go on with started runs where the recorded kernels may not be used; their results will be those of no uninterrupted run" };
        Option<bool> dryRun = new("--dry-run") { Description = "list the runs and their states, and run nothing" };
        Command command = new("experiment", "Run a grid of runs, several at a time; run again to go on, or after adding to the file.") { file, output, jobs, threads, data, kernels, set, otherKernels, dryRun };
        command.SetAction(async (parsed, _) =>
        {
            string source = parsed.GetRequiredValue(file);
            Experiment experiment = ExperimentFile.Read(source, parsed.GetValue(set), parsed.GetValue(data), parsed.GetValue(kernels));
            string path = parsed.GetValue(output) ?? ExperimentFile.DefaultFolder(source, experiment).Root;
            bool json = parsed.GetValue(CommonOptions.Json);
            if (parsed.GetValue(dryRun))
            {
                ExperimentView.WriteCells(terminal, experiment, ExperimentFolder.At(path), json);
                return ExitCode.Ok;
            }

            ExperimentOptions options = new(
                CommonOptions.CountOrCores("--jobs", parsed.GetValue(jobs)), CommonOptions.CountOrCores("--threads", parsed.GetValue(threads)), parsed.GetValue(otherKernels));
            ExperimentFolder folder = ExperimentFolder.Open(path, experiment);
            try
            {
                ExperimentOutcome outcome = await ProgressViews.WatchExperimentAsync(
                    terminal, parsed, experiment, folder, (progress, cancellation) => new ExperimentRunner(experiment, folder, options, progress).RunAsync(cancellation)).ConfigureAwait(false);
                ExperimentView.WriteOutcome(terminal, experiment, folder, outcome, json);
                return outcome.Failed.Count > 0 ? ExitCode.Failed : outcome.Busy.Count > 0 ? ExitCode.Stopped : ExitCode.Ok;
            }
            catch (OperationCanceledException)
            {
                terminal.Error.WriteLine($"stopped with checkpoints; go on with: ainas experiment {path}");
                if (json)
                {
                    ExperimentView.WriteCells(terminal, experiment, folder, json);
                }

                return ExitCode.Stopped;
            }
        });
        return command;
    }
}
