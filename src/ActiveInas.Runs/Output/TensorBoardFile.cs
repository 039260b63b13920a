using ActiveInas.Learning;
using ActiveInas.Runs.Folder;

namespace ActiveInas.Runs.Output;

/// <summary>TensorBoard's event file of the rounds: their metrics over the number of labels.</summary>
internal static class TensorBoardFile
{
    /// <summary>Its name in tb/. TensorBoard asks for "tfevents" in the name.</summary>
    public const string Name = "events.out.tfevents.1.ainas";

    /// <summary>The whole file for the rounds so far. The bytes for fewer rounds are a prefix of it.</summary>
    /// <param name="rounds">In order.</param>
    /// <param name="times">When each was recorded.</param>
    public static byte[] Build(IReadOnlyList<RoundRecord> rounds, IReadOnlyDictionary<int, DateTime> times)
    {
        ArgumentNullException.ThrowIfNull(rounds);
        ArgumentNullException.ThrowIfNull(times);
        using MemoryStream file = new();
        EventRecord.AppendVersion(file, times.Count == 0 ? DateTime.UnixEpoch : times[rounds[0].Round]);
        foreach (RoundRecord round in rounds)
        {
            IEnumerable<(string, double)> scalars = RoundMetrics.All.Where(metric => metric.Of(round) is not null)
                .Select(metric => (metric.Tag, metric.Of(round)!.Value));
            EventRecord.AppendScalars(file, times[round.Round], round.Labels, scalars);
        }

        return file.ToArray();
    }

    /// <summary>Brings tb/ up to date: appends while the file is a prefix of what it should be, so that a reader that follows it sees
    /// each round once, and replaces it otherwise.</summary>
    public static void Write(string folder, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        string path = Path.Combine(folder, Name);
        byte[] present = File.Exists(path) ? File.ReadAllBytes(path) : [];
        if (present.Length > 0 && content.AsSpan().StartsWith(present))
        {
            AtomicFile.Limited(path, () =>
            {
                using FileStream stream = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);
                stream.Write(content.AsSpan(present.Length));
            });
        }
        else
        {
            AtomicFile.Write(path, stream => stream.Write(content));
        }
    }
}
