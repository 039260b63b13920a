using ActiveInas.Data;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Reports.Figures;
using ActiveInas.Runs.Reports.Sections;
using ActiveInas.Runs.Sessions;

namespace ActiveInas.Runs.Reports;

/// <summary>A run, an experiment, or several runs, as people read them: sections with pictures and tables. The same recorded state gives the same report.</summary>
public sealed record Report
{
    private const int WarningsShown = 4;

    /// <summary>Heading.</summary>
    public required string Title { get; init; }

    /// <summary>The command that makes these results again.</summary>
    public required string Command { get; init; }

    /// <summary>What is missing, and what a person should look into; empty when there is nothing.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>In reading order.</summary>
    internal IReadOnlyList<Section> Sections { get; init; } = [];

    /// <summary>The configuration of the first run of each method, by name.</summary>
    public required IReadOnlyList<(string Name, string Json)> Configurations { get; init; }

    /// <summary>All pictures.</summary>
    internal IEnumerable<Figure> Figures => Sections.SelectMany(section => section.Figures);

    /// <summary>Makes the report.</summary>
    /// <param name="input">The runs.</param>
    /// <param name="progress">Told about data being loaded for the gallery and about what is left out.</param>
    /// <param name="parts">Null: the product's own.</param>
    /// <param name="cancellation">Stops the loading.</param>
    public static async Task<Report> CreateAsync(
        ReportInput input, IProgress<ProgressEvent>? progress = null, RunParts? parts = null, CancellationToken cancellation = default)
    {
        Comparison comparison = new(input);
        (IReadOnlyDictionary<ReportRun, Dataset> data, IReadOnlyList<string> gaps) = await LoadAsync(comparison, progress, parts ?? RunParts.Default, cancellation).ConfigureAwait(false);
        Section?[] sections =
        [
            OverviewSection.Create(comparison),
            CurveSection.Create(comparison),
            PairSection.Create(comparison),
            AucGainSection.Create(comparison),
            ArchitectureSection.Create(comparison),
            CostSection.Create(comparison),
            SearchSection.Create(comparison),
            ClassSection.Create(comparison),
            CalibrationSection.Create(comparison),
            GallerySection.Create(comparison, run => data.GetValueOrDefault(run)),
        ];
        return new Report
        {
            Title = input.Title,
            Command = input.Command,
            Notes = [.. input.Gaps, .. gaps, .. Losses(input), .. Kernels(input), .. Warnings(comparison)],
            Sections = [.. sections.OfType<Section>().Where(section => section.Figures.Count + section.Tables.Count + section.Gallery.Count > 0)],
            Configurations = [.. comparison.Methods.Select(method => (comparison.NameOf(method), method.Configuration.ToJson()))],
        };
    }

    /// <summary>The report as one HTML page that needs nothing else: no network, no other file.</summary>
    public string ToHtml() => HtmlReport.Page(this);

    /// <summary>Writes FOLDER/ID.svg for each figure and, where the image library runs, FOLDER/ID.png.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="cancellation">Asked before each figure.</param>
    /// <returns>The paths written.</returns>
    public IReadOnlyList<string> WriteFigures(string folder, CancellationToken cancellation) => FigureFiles.Write(Figures, folder, cancellation);

    /// <summary>Writes FOLDER/ID.csv for each figure, table and gallery: every number of the report.</summary>
    /// <param name="folder">Where.</param>
    /// <returns>The paths written.</returns>
    public IReadOnlyList<string> WriteCsv(string folder) => ReportCsv.Write(this, folder);

    private static async Task<(IReadOnlyDictionary<ReportRun, Dataset> Data, IReadOnlyList<string> Gaps)> LoadAsync(
        Comparison comparison, IProgress<ProgressEvent>? progress, RunParts parts, CancellationToken cancellation)
    {
        Dictionary<ReportRun, Dataset> sets = new(ReferenceEqualityComparer.Instance);
        List<string> gaps = [];
        ReportRun[] shown = [.. comparison.Methods.Where(method => !method.IsPassive).Select(method => method.Runs[0]).Where(run => run.Run.Queries.Any(query => query.Round > 0))];
        foreach (IGrouping<(DataRequest, Simulation?), ReportRun> group in shown.GroupBy(run => (run.Run.Configuration.DataRequest, run.Run.Configuration.Simulate)))
        {
            try
            {
                RunConfiguration configuration = group.First().Run.Configuration;
                Dataset data = DataFit.Simulated(await parts.LoadData(group.Key.Item1, progress, cancellation).ConfigureAwait(false), configuration);
                foreach (ReportRun run in group)
                {
                    sets[run] = data;
                }
            }
            catch (DataException exception)
            {
                gaps.Add($"The gallery has no images: {exception.Message}");
            }
        }

        return (sets, gaps);
    }

    private static IEnumerable<string> Losses(ReportInput input)
        => input.Runs.Where(run => run.Run.DataLoss is not null).Select(run => $"{run.Run.Configuration.Data}: {run.Run.DataLoss}").Distinct();

    // Of the last rounds: earlier ones are in the section of the classes.
    private static string[] Warnings(Comparison comparison)
    {
        bool single = comparison.Methods.Count == 1 && comparison.Methods[0].Runs.Count == 1;
        string[] all =
        [
            .. comparison.Methods.SelectMany(method => method.Runs.Select(run => (Text: run.Run.Warning(run.Run.Rounds[^1]), Name: $"{comparison.NameOf(method)}, seed {run.Seed}: ")))
                .Where(warning => warning.Text is not null).Select(warning => (single ? "" : warning.Name) + warning.Text),
        ];
        return all.Length <= WarningsShown ? all : [.. all.Take(WarningsShown), $"{Counted.Of(all.Length - WarningsShown, "more run")} whose last model never predicts some class: see Classes."];
    }

    private static IEnumerable<string> Kernels(ReportInput input)
    {
        string[] kernels = [.. input.Runs.Select(run => run.Run.Kernels).Distinct().Order(StringComparer.Ordinal)];
        return kernels.Length > 1
            ? [$"The runs were made with different kernels ({string.Join(", ", kernels)}): the same seed gives other bytes on each, so seeds are not exactly comparable."]
            : [];
    }
}
