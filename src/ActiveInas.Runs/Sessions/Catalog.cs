using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Store;

namespace ActiveInas.Runs.Sessions;

/// <summary>A run as a list shows it.</summary>
/// <param name="Id">Short id.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="State">What it does.</param>
/// <param name="CreatedAt">UTC, ISO 8601.</param>
/// <param name="Data">Data set.</param>
/// <param name="Query">Query function.</param>
/// <param name="Architecture">"search" or A(i,j).</param>
/// <param name="Rounds">Finished rounds.</param>
/// <param name="Labels">Labels of the last finished round.</param>
/// <param name="Last">The last finished round; null: none.</param>
public sealed record RunSummary(
    string Id, string Folder, RunState State, string CreatedAt, string Data, string Query, string Architecture, int Rounds, int Labels, RoundRecord? Last);

/// <summary>Finds runs.</summary>
public static class Catalog
{
    /// <summary>All runs directly in a folder (and the folder itself when it is one), oldest first.</summary>
    /// <exception cref="RunException">The folder does not exist.</exception>
    public static IReadOnlyList<RunSummary> List(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new RunException($"There is no folder '{root}': name the folder that holds the runs, or start one with 'ainas run'.");
        }

        IEnumerable<string> folders = Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal).Prepend(root);
        return [.. folders.Select(RunFolder.At).Where(folder => folder.HasStore).Select(Summary).OfType<RunSummary>().OrderBy(run => run.CreatedAt, StringComparer.Ordinal)];
    }

    /// <summary>The folder of a run named by its folder or by its id, or the beginning of it, in runs/.</summary>
    /// <exception cref="RunException">There is none, or more than one.</exception>
    public static RunFolder Find(string run)
    {
        if (Directory.Exists(run))
        {
            return RunFolder.At(run);
        }

        RunSummary[] matches = Directory.Exists(RunFolder.DefaultRoot) && run.Length > 0
            ? [.. List(RunFolder.DefaultRoot).Where(summary => summary.Id.StartsWith(run, StringComparison.OrdinalIgnoreCase)
                || Path.GetFileName(summary.Folder) == run)]
            : [];
        return matches.Length switch
        {
            1 => RunFolder.At(matches[0].Folder),
            0 => throw new RunException(
                $"'{run}' is neither a folder nor the id of a run in {RunFolder.DefaultRoot}/: nothing recorded, start it with run, or see 'ainas list'."),
            _ => throw new RunException($"'{run}' may mean {string.Join(" or ", matches.Select(match => match.Id))}: give more of the id."),
        };
    }

    private static RunSummary? Summary(RunFolder folder)
    {
        try
        {
            if (!RunStore.HasRun(folder))
            {
                return null;
            }

            RunDocument document = RunDocument.Read(folder);
            RunConfiguration configuration = document.Configuration;
            return new RunSummary(
                document.Run,
                folder.Root,
                document.State,
                document.CreatedAt,
                configuration.Data,
                configuration.Query,
                configuration.ArchitectureName,
                document.Rounds.Count,
                document.Rounds.Count == 0 ? 0 : document.Rounds[^1].Labels,
                document.Rounds.Count == 0 ? null : document.Rounds[^1]);
        }
        catch (Exception exception) when (exception is RunException or ConfigurationException or System.Text.Json.JsonException or Microsoft.Data.Sqlite.SqliteException)
        {
            // One damaged run must not hide the others.
            return new RunSummary("?", folder.Root, RunState.Unreadable, "", exception.Message, "", "", 0, 0, null);
        }
    }
}
