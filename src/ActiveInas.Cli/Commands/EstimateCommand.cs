using System.CommandLine;
using ActiveInas.Cli.Views;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Estimation;
using ActiveInas.Runs.Experiments;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas estimate [FILE] [options]</c>: what a run or an experiment will take, before anything runs.</summary>
internal static class EstimateCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string?> file = new("FILE.json") { Arity = ArgumentArity.ZeroOrOne, Description = "an experiment, or the configuration of a run" };
        Option<int> jobs = new("--jobs") { Description = "of an experiment: runs at a time, 0 for one a core", HelpName = "N" };
        Option<double> seconds = new("--seconds") { Description = "time for each figure measured", HelpName = "S", DefaultValueFactory = _ => 0.5 };
        RunOptions run = new();
        Command command = new("estimate", "Predict time, memory and disk of a run or an experiment from a short measurement.") { file, jobs, seconds };
        run.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            double time = parsed.GetValue(seconds);
            if (!double.IsFinite(time) || time is <= 0 or > 60)
            {
                throw new UsageException($"--seconds is {time}; it must be above 0 and up to 60");
            }

            string? path = parsed.GetValue(file);
            bool isExperiment = path is not null && ExperimentFile.IsExperiment(path);
            Experiment experiment;
            ExperimentFolder? folder = null;
            ExperimentOptions options;
            if (isExperiment)
            {
                run.RequireOnly(parsed, "--out", "--threads", "--data-dir", "--kernels", "--set");
                RunConfiguration given = run.ResolveOptions(parsed);
                experiment = ExperimentFile.Read(path!, run.Assignments(parsed), given.DataDirectory, given.Kernels);
                folder = given.Out is { } output ? ExperimentFolder.At(output) : ExperimentFile.DefaultFolder(path!, experiment);
                options = new ExperimentOptions(
                    CommonOptions.CountOrCores("--jobs", parsed.GetValue(jobs)), CommonOptions.CountOrCores("--threads", given.Threads));
            }
            else
            {
                if (parsed.GetResult(jobs) is { Implicit: false })
                {
                    throw new UsageException("--jobs is an option of an experiment; this is a single run");
                }

                RunConfiguration configuration = run.Resolve(parsed, path);
                experiment = Experiment.OfRun(configuration);
                options = new ExperimentOptions(1, configuration.Threads);
            }

            using Signals signals = new(terminal, stopping: null);
            Estimate estimate = await ProgressViews.WatchAsync(
                terminal,
                parsed,
                progress => new Estimator(TimeSpan.FromSeconds(time), progress).EstimateAsync(experiment, folder, options, signals.Token)).ConfigureAwait(false);
            EstimateView.Write(terminal, estimate, parsed.GetValue(CommonOptions.Json));
            return ExitCode.Ok;
        });
        return command;
    }
}
