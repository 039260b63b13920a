using ActiveInas.Data.Downloads;
using ActiveInas.Data.Formats;

namespace ActiveInas.Data.Named;

/// <summary>The MNIST family in idx files: MNIST (Y. LeCun, C. Cortes) and Fashion-MNIST (arXiv 1708.07747).</summary>
internal sealed class MnistSource(string name, RemoteFile[] files, IReadOnlyList<string> classes, bool mirrorSafe) : INamedSource
{
    private const string MnistHome = "https://storage.googleapis.com/cvdf-datasets/mnist/";
    private const string MnistMirror = "https://ossci-datasets.s3.amazonaws.com/mnist/";
    private const string FashionHome = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";

    /// <summary>Training images and labels, test images and labels.</summary>
    public static RemoteFile[] MnistFiles { get; } =
    [
        new("train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", [MnistHome, MnistMirror]),
        new("train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", [MnistHome, MnistMirror]),
        new("t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", [MnistHome, MnistMirror]),
        new("t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", [MnistHome, MnistMirror]),
    ];

    /// <summary>The same of Fashion-MNIST.</summary>
    public static RemoteFile[] FashionFiles { get; } =
    [
        new("train-images-idx3-ubyte.gz", 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", [FashionHome]),
        new("train-labels-idx1-ubyte.gz", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", [FashionHome]),
        new("t10k-images-idx3-ubyte.gz", 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", [FashionHome]),
        new("t10k-labels-idx1-ubyte.gz", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", [FashionHome]),
    ];

    /// <summary>Class names of MNIST.</summary>
    public static IReadOnlyList<string> Digits { get; } = [.. Enumerable.Range(0, 10).Select(digit => digit.ToString())];

    /// <summary>Class names of Fashion-MNIST.</summary>
    public static IReadOnlyList<string> Clothes { get; } =
        ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot"];

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public DataShape Shape(DataRequest request) => new(60_000, 10_000, 28, 28, classes.Count);

    /// <inheritdoc/>
    public async Task<Dataset> LoadAsync(SourceContext context)
    {
        ImageSet train = await LoadPartAsync(context, 0, "train").ConfigureAwait(false);
        ImageSet test = await LoadPartAsync(context, 2, "test").ConfigureAwait(false);
        return (test.Height, test.Width) == (train.Height, train.Width)
            ? new Dataset(Name, classes, train, test, PixelStatistics.Normalization(train), mirrorSafe, [])
            : throw new DataException(
                $"{Name}: training images are {train.Height}x{train.Width}, test images {test.Height}x{test.Width}; wanted the same.");
    }

    private async Task<ImageSet> LoadPartAsync(SourceContext context, int first, string part)
    {
        string imageFile = await context.Files.GetAsync(Name, files[first], files, context.Cancellation).ConfigureAwait(false);
        string labelFile = await context.Files.GetAsync(Name, files[first + 1], files, context.Cancellation).ConfigureAwait(false);
        (int height, int width, byte[] pixels) = IdxFile.ReadImages(imageFile);
        int[] labels = IdxFile.ReadLabels(labelFile, classes.Count);
        int count = pixels.Length / (height * width * 3);
        return labels.Length == count
            ? new ImageSet(height, width, pixels, labels, NumberedNames.Of(part, count))
            : throw new DataException($"{labelFile}, offset 4: {Counted.Of(labels.Length, "label")} for the {Counted.Of(count, "image")} of {imageFile}.");
    }
}
