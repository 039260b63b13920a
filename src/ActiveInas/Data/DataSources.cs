using ActiveInas.Data.Downloads;
using ActiveInas.Data.Images;
using ActiveInas.Data.Named;
using ActiveInas.Data.Shapes;
using ActiveInas.Data.Trees;

namespace ActiveInas.Data;

/// <summary>Loads data sets: the named ones, the generated one, and folders or archives of image files.</summary>
public static class DataSources
{
    /// <summary>Side of images whose sizes differ, when none is asked for.</summary>
    internal const int DefaultImageSize = 32;

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
        var context = new SourceContext(request, files, progress, cancellation);
        try
        {
            INamedSource? named = s_sources.FirstOrDefault(source => source.Name == request.Source);
            if (named is not null && (request.Include ?? request.Exclude ?? request.ValidationPart) is not null)
            {
                throw new DataException($"{named.Name}: --include, --exclude and --validation-part are for folders and archives of images; leave them out.");
            }

            Dataset dataset = named is not null
                ? await named.LoadAsync(context).ConfigureAwait(false)
                : await new PathSource(FindPath(request, environment)).LoadAsync(context).ConfigureAwait(false);
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

    /// <summary>A bare file name that is not here may be in the data folder.</summary>
    private static string FindPath(DataRequest request, DataEnvironment environment)
    {
        string source = request.Source;
        List<string> candidates = [source];
        if (source.Length > 0 && !Path.IsPathRooted(source))
        {
            string?[] folders = [request.DataDirectory, environment.DataFolder];
            candidates.AddRange(folders.OfType<string>().Select(folder => Path.Combine(folder, source)));
        }

        return candidates.FirstOrDefault(Path.Exists) ?? throw new DataException(
            $"unknown data set or path '{source}'. Wanted: {string.Join(", ", Names)}, or a folder, .zip, .tar or .tar.gz of images"
            + (candidates.Count == 1 ? "." : $"; looked for {string.Join(" and ", candidates)}."));
    }
}
