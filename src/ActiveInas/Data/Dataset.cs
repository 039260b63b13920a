namespace ActiveInas.Data;

/// <summary>Images held as bytes, all of one size, RGB.</summary>
public sealed class ImageSet
{
    /// <summary>A label that is not known.</summary>
    public const int Unknown = -1;

    /// <param name="height">H in pixels.</param>
    /// <param name="width">W in pixels.</param>
    /// <param name="pixels">[Count, H, W, 3] RGB, 0..255.</param>
    /// <param name="labels">[Count], index into the classes or <see cref="Unknown"/>.</param>
    /// <param name="names">[Count], what a person calls the image: its path inside the source, or "train/00042".</param>
    public ImageSet(int height, int width, byte[] pixels, int[] labels, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(names);
        if (pixels.LongLength != (long)labels.Length * height * width * 3 || names.Count != labels.Length)
        {
            throw new ArgumentException(
                $"{labels.Length} labels and {names.Count} names do not fit {pixels.LongLength} bytes of {height}x{width}x3 images.");
        }

        Height = height;
        Width = width;
        Pixels = pixels;
        Labels = labels;
        Names = names;
    }

    /// <summary>H in pixels.</summary>
    public int Height { get; }

    /// <summary>W in pixels.</summary>
    public int Width { get; }

    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>[Count, H, W, 3] RGB.</summary>
    public byte[] Pixels { get; }

    /// <summary>[Count].</summary>
    public int[] Labels { get; }

    /// <summary>[Count].</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The bytes of one image, [H, W, 3].</summary>
    public ReadOnlySpan<byte> Image(int index)
    {
        int size = Height * Width * 3;
        return Pixels.AsSpan(index * size, size);
    }
}

/// <summary>Scalar normalisation of pixels: (value - Mean) / Deviation, both over the whole training part, in units of 0..255.</summary>
public readonly record struct Normalization(double Mean, double Deviation)
{
    /// <summary>That of a training part; a deviation of 0 becomes 1, so that dividing by it is safe.</summary>
    public static Normalization Of(ImageSet images) => PixelStatistics.Normalization(images);
}

/// <summary>Something that was skipped or looks wrong in a source.</summary>
/// <param name="Path">File or entry, with an offset where one is known.</param>
/// <param name="Message">What is wrong and what was done about it.</param>
public sealed record DataProblem(string Path, string Message)
{
    /// <summary>Both, for people.</summary>
    public override string ToString() => $"{Path}: {Message}";
}

/// <summary>A loaded data set.</summary>
/// <param name="Name">Source name or path as given.</param>
/// <param name="Classes">Class names; empty for a pool of unlabelled images.</param>
/// <param name="Train">The pool: what may be labelled and trained on.</param>
/// <param name="Test">Held out: read by the final evaluation only; null when the source has none.</param>
/// <param name="Normalization">Of the training part.</param>
/// <param name="MirrorSafe">False for digits: a mirrored image may be another class or none. Null: nobody knows, as for images of one's own.</param>
/// <param name="Problems">Skipped files and the like.</param>
public sealed record Dataset(
    string Name,
    IReadOnlyList<string> Classes,
    ImageSet Train,
    ImageSet? Test,
    Normalization Normalization,
    bool? MirrorSafe,
    IReadOnlyList<DataProblem> Problems)
{
    /// <summary>What could not be used; null: everything was.</summary>
    public DataLoss? Loss { get; init; }

    /// <summary>What was decided where nothing was asked for, in sentences for people.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}

/// <summary>What becomes of a validation part beside a training one.</summary>
public enum ValidationUse
{
    /// <summary>It joins the training part, the pool.</summary>
    Pool,

    /// <summary>It is the test part.</summary>
    Test,
}

/// <summary>Where a data set comes from and how to read it: the resolved part of a run's configuration.</summary>
/// <param name="Source">cifar10, cifar100, svhn, mnist, fashion-mnist, shapes, or a path to a folder or archive.</param>
/// <param name="DataDirectory">Cache of the named sets; null: the user's cache folder.</param>
/// <param name="ImageSize">Side in pixels that images are resized to; null: as they are (32 for a PATH whose sizes differ).</param>
/// <param name="Seed">Seed of the stratified split and of generated sets.</param>
/// <param name="UseAllTraining">SVHN: all 73,257 training images instead of the first 50,000.</param>
/// <param name="Include">PATH: patterns of the files that count, separated by commas, for example "*.jpg"; null: all.</param>
/// <param name="Exclude">PATH: patterns of the files and folders that do not, for example "masks/**"; null: none.</param>
/// <param name="ValidationPart">PATH: what becomes of a folder val beside train; null: it is skipped.</param>
/// <param name="LabelsTable">PATH: a table of images and classes (and parts) in place of class folders; null: the folders say it.</param>
/// <param name="Unlabelled">PATH: every image belongs to the pool, without a label, whatever folders it lies in.</param>
public sealed record DataRequest(
    string Source,
    string? DataDirectory = null,
    int? ImageSize = null,
    ulong Seed = 1,
    bool UseAllTraining = false,
    string? Include = null,
    string? Exclude = null,
    ValidationUse? ValidationPart = null,
    string? LabelsTable = null,
    bool Unlabelled = false);

/// <summary>Bad or missing data, with the file, what was found, what was wanted and what to do. Ends a command with exit code 2.</summary>
public sealed class DataException(string message, Exception? inner = null) : Exception(message, inner);
