using ActiveInas.Data;
using ActiveInas.Runs.Store;

namespace ActiveInas.Runs.Reports.Sections;

/// <summary>The images that queries asked for first, with their scores.</summary>
internal static class GallerySection
{
    /// <summary>Images a query in the report of one run.</summary>
    public const int ForOneRun = 24;

    /// <summary>Images a query where several methods are shown.</summary>
    public const int ForMany = 10;

    /// <summary>Pixels of the longer side of an image in the page, at most.</summary>
    public const int LongestSide = 128;

    /// <param name="comparison">The methods: the first seed of each active one is shown.</param>
    /// <param name="data">The data set of a run, or null when it is not at hand.</param>
    public static Section? Create(Comparison comparison, Func<ReportRun, Dataset?> data)
    {
        Method[] methods = [.. comparison.Methods.Where(method => !method.IsPassive)];
        int most = comparison.Methods.Count > 1 ? ForMany : ForOneRun;
        List<GalleryRound> rounds = [];
        foreach (Method method in methods)
        {
            ReportRun run = method.Runs[0];
            string name = comparison.Methods.Count > 1 ? $"{comparison.NameOf(method)}, seed {run.Seed}, " : "";
            rounds.AddRange(Rounds(run, data(run), name, most));
        }

        return rounds.Count == 0
            ? null
            : new Section(
                "gallery", "Images picked", $"The first {most} images that each query asked for, with the score of the query function and the class that they were given. Scores of different query functions do not compare.")
            {
                Gallery = rounds,
            };
    }

    private static IEnumerable<GalleryRound> Rounds(ReportRun run, Dataset? data, string name, int most)
    {
        using RunStore store = RunStore.OpenReader(run.Folder.Database);
        IReadOnlyDictionary<int, int> labels = store.Labels();
        foreach (QuerySummary query in run.Run.Queries.Where(query => query.Round > 0))
        {
            GalleryImage[] images = [.. store.QueryLines(query.Round).OrderBy(line => line.Rank).Take(most).Select(line => new GalleryImage(
                Picture(data, line), line.Path, labels.TryGetValue(line.Sample, out int label) ? run.Run.Classes[label] : null, line.Score, line.Rank))];
            int count = run.Run.Rounds.FirstOrDefault(round => round.Round == query.Round)?.Labels ?? 0;
            yield return new GalleryRound($"{name}round {query.Round}, {count:N0} {Counted.Word(count, "label")}", images);
        }
    }

    private static string? Picture(Dataset? data, QueryLine line)
    {
        // A data set that changed since would show other images than the query saw.
        if (data is null || line.Sample >= data.Train.Count || data.Train.Names[line.Sample] != line.Path)
        {
            return null;
        }

        Thumbnail image = Thumbnail.Of(data.Train, line.Sample, LongestSide);
        return $"data:image/png;base64,{Convert.ToBase64String(PngFile.Encode(image.Rgb, image.Height, image.Width))}";
    }
}
