using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Store;
using ActiveInas.Training;

namespace ActiveInas.Runs.Trials;

/// <summary>A training of a run that is recorded, as a job: to make it again elsewhere, or to look into it.</summary>
internal static class RecordedTrial
{
    /// <summary>See <see cref="TrialRun.JobFromAsync"/>.</summary>
    public static async Task<TrialJob> JobAsync(
        string run, int? round, Architecture? candidate, TrialOptions options, IProgress<ProgressEvent>? progress, CancellationToken cancellation)
    {
        RunFolder folder = Catalog.Find(run);
        RunRow row = ActiveInasRun.RequireRecorded(folder);
        RunConfiguration configuration = RunConfiguration.FromJson(row.Configuration, folder.Database);
        configuration = configuration with { DataDirectory = options.DataDirectory ?? configuration.DataDirectory, Kernels = row.Kernels };
        (int t, Architecture? trained, IReadOnlyList<LabelledSample> labelled) = Read(folder, round);
        Dataset data = await ActiveInasRun.LoadAsync(configuration, progress, RunParts.Default, cancellation).ConfigureAwait(false);
        DataFit.RequireSame(row, data, folder);
        RunContext context = new(configuration, data, folder);
        return TrialRun.JobOf(context, candidate is { } architecture ? Candidate(context, t, architecture, labelled) : Training(context, t, trained, labelled));
    }

    // S_t: the labels of rounds 1 to t, ascending by id.
    private static (int Round, Architecture? Trained, IReadOnlyList<LabelledSample> Labelled) Read(RunFolder folder, int? round)
    {
        using RunStore store = RunStore.OpenReader(folder.Database);
        int last = 0;
        while (store.FindLabels(last + 1) is not null)
        {
            last++;
        }

        int t = round ?? store.Rounds().Select(known => known.Round).DefaultIfEmpty(Math.Min(1, last)).Max();
        if (t < 1 || t > last)
        {
            throw new RunException(
                $"{folder.Root}: round {t} has no labels{(last == 0 ? ", as no round of this run has: let it go on first" : $": give a round from 1 to {last}")}.");
        }

        return (t, store.FindRound(t)?.Architecture, [.. Enumerable.Range(1, t).SelectMany(known => store.FindLabels(known)!).OrderBy(sample => sample.Id)]);
    }

    private static TrialRequest Candidate(RunContext context, int round, Architecture architecture, IReadOnlyList<LabelledSample> labelled)
    {
        Search.InasOptions options = StandardParts.SearchOptions(context);
        options.Space.Require(architecture);
        return options.Candidate(round, architecture, labelled)
            ?? throw new RunException($"{context.Folder.Root}: no class has two labels in round {round}, so its search compared nothing: give a later round.");
    }

    private static TrialRequest Training(RunContext context, int round, Architecture? trained, IReadOnlyList<LabelledSample> labelled)
        => (trained ?? context.Configuration.Architecture) is { } architecture
            ? context.Problem.Training(round, architecture, labelled)
            : throw new RunException(
                $"{context.Folder.Root}: round {round} has not come to its network yet: name a candidate of its search (`trialArchitecture`), or an earlier round.");
}
