using ActiveInas.Data.Downloads;
using ActiveInas.Data.Images;
using ActiveInas.Data.Named;
using ActiveInas.Data.Shapes;
using ActiveInas.Data.Trees;

namespace ActiveInas.Data;

/// <summary>Loads data sets: the named ones, the generated one, and folders or archives of image files.</summary>
public static class DataSources
{
    /// <summary>The generated set, which needs no files: what the product demonstrates itself with.</summary>
    public const string Generated = "shapes";

    /// <summary>Side of images that are large or whose sizes differ, when none is asked for.</summary>
    public const int DefaultImageSize = 32;

    /// <summary>Images of one size keep it up to this side, when none is asked for: larger ones would take hours and memory that nobody asked for.</summary>
    internal const int LargestKeptSize = 64;

    private const int SmallestImage = 4;
    private const int LargestImage = 1024;

    private static readonly INamedSource[] s_sources =
    [
        new CifarSource(CifarFormat.Cifar10),
        new CifarSource(CifarFormat.Cifar100),
        new SvhnSource(),
        new MnistSource("mnist", MnistSource.MnistFiles, MnistSource.Digits, mirrorSafe: false),
        new MnistSource("fashion-mnist", MnistSource.FashionFiles, MnistSource.Clothes, mirrorSafe: true),
        new ShapesSource(new ShapesDifficulty()),
    ];

    /// <summary>The named sets.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_sources.Select(source => source.Name)];

    /// <summary>Loads a data set. Named sets that are not on this machine are downloaded.</summary>
    /// <exception cref="DataException">Unknown, missing or bad data.</exception>
    public static Dataset Load(DataRequest request, IProgress<ProgressEvent>? progress = null, CancellationToken cancellation = default) =>
        LoadAsync(request, progress, cancellation).GetAwaiter().GetResult();

    /// <inheritdoc cref="Load"/>
    public static Task<Dataset> LoadAsync(
        DataRequest request, IProgress<ProgressEvent>? progress = null, CancellationToken cancellation = default) =>
        LoadAsync(request, DataEnvironment.FromProcess(), progress, cancellation);

    /// <summary>The size of a named set, without loading it; null for folders and archives, which must be loaded.</summary>
    public static DataShape? KnownShape(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return s_sources.FirstOrDefault(source => source.Name == request.Source)?.Shape(request) is not { } shape
            ? null
            : request.ImageSize is { } side ? shape with { Height = side, Width = side } : shape;
    }

    /// <summary>What a source means on this machine: a name of <see cref="Names"/> as it is; else the full path of a folder or file, which a bare name may also
    /// have in the data directory or in AINAS_DATA_DIR; null: nothing that is there.</summary>
    /// <param name="source">As <see cref="DataRequest.Source"/>.</param>
    /// <param name="dataDirectory">As <see cref="DataRequest.DataDirectory"/>.</param>
    public static string? Resolve(string source, string? dataDirectory)
        => Names.Contains(source) ? source
            : Candidates(source, dataDirectory, DataEnvironment.FromProcess()).FirstOrDefault(Path.Exists) is { } path ? Path.GetFullPath(path)
            : null;

    /// <summary>Loads under a given environment.</summary>
    internal static async Task<Dataset> LoadAsync(
        DataRequest request, DataEnvironment environment, IProgress<ProgressEvent>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.ImageSize is < SmallestImage or > LargestImage)
        {
            throw new DataException($"image size {request.ImageSize}: wanted {SmallestImage} to {LargestImage} pixels.");
        }

        var files = new DataFiles(request.DataDirectory, environment, progress);
        var context = new SourceContext(request, files, progress, cancellation, Path.Combine(environment.CacheFolder, "decoding"));
        try
        {
            INamedSource? named = s_sources.FirstOrDefault(source => source.Name == request.Source);
            bool isChosen = (request.Include ?? request.Exclude ?? request.LabelsTable) is not null || request.ValidationPart is not null || request.Unlabelled;
            if (named is not null && isChosen)
            {
                throw new DataException($"{named.Name}: `include`, `exclude`, `validationPart`, `labelsTable` and `unlabelled` are for folders and archives of images; leave them out.");
            }

            Dataset dataset = named is not null
                ? await named.LoadAsync(context).ConfigureAwait(false)
                : await new PathSource(FindPath(request, environment)).LoadAsync(context).ConfigureAwait(false);
            foreach (string notice in dataset.Notices)
            {
                progress?.Report(new Notice(notice));
            }

            if (dataset.Loss is { } loss)
            {
                progress?.Report(new Warning(loss.ToString()));
            }

            return Resized(dataset, request.ImageSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{request.Source}: {e.Message}", e);
        }
    }

    private static Dataset Resized(Dataset dataset, int? size)
    {
        if (size is not { } side || (dataset.Train.Height == side && dataset.Train.Width == side))
        {
            return dataset;
        }

        ImageSet train = Resizer.Resize(dataset.Train, side);
        return dataset with
        {
            Train = train,
            Test = dataset.Test is null ? null : Resizer.Resize(dataset.Test, side),
            Normalization = PixelStatistics.Normalization(train),
        };
    }

    private static string FindPath(DataRequest request, DataEnvironment environment)
    {
        List<string> candidates = Candidates(request.Source, request.DataDirectory, environment);
        return candidates.FirstOrDefault(Path.Exists) ?? throw new DataException(
            $"unknown data set or path '{request.Source}'. Wanted: {string.Join(", ", Names)}, or a folder, .zip, .tar or .tar.gz of images"
            + (candidates.Count == 1 ? "." : $"; looked for {string.Join(" and ", candidates)}."));
    }

    /// <summary>A bare file name that is not here may be in the data folders.</summary>
    private static List<string> Candidates(string source, string? dataDirectory, DataEnvironment environment)
    {
        List<string> candidates = [source];
        if (source.Length > 0 && !Path.IsPathRooted(source))
        {
            string?[] folders = [dataDirectory, environment.DataFolder];
            candidates.AddRange(folders.OfType<string>().Select(folder => Path.Combine(folder, source)));
        }

        return candidates;
    }
}
