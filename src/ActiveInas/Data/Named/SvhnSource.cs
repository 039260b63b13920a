using System.Buffers.Binary;
using ActiveInas.Data.Downloads;
using ActiveInas.Data.Formats;

namespace ActiveInas.Data.Named;

/// <summary>SVHN, cropped digits (Y. Netzer et al., Reading Digits in Natural Images with Unsupervised Feature Learning, 2011).</summary>
/// <param name="poolSize">The authors' pool is the first 50,000 training images.</param>
internal sealed class SvhnSource(int poolSize = 50_000) : INamedSource
{
    private const string Home = "http://ufldl.stanford.edu/housenumbers/";
    private const int Side = 32;
    private const int Digits = 10;
    private const int Bytes = 2;
    private const int Doubles = 9;

    private static readonly RemoteFile s_train = new(
        "train_32x32.mat", 182040794, "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8", [Home]);

    private static readonly RemoteFile s_test = new(
        "test_32x32.mat", 64275384, "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b", [Home]);

    /// <inheritdoc/>
    public string Name => "svhn";

    /// <inheritdoc/>
    public DataShape Shape(DataRequest request) => new(request.UseAllTraining ? 73_257 : poolSize, 26_032, Side, Side, Digits);

    /// <inheritdoc/>
    public async Task<Dataset> LoadAsync(SourceContext context)
    {
        int limit = context.Request.UseAllTraining ? int.MaxValue : poolSize;
        ImageSet train = await LoadPartAsync(context, s_train, "train", limit).ConfigureAwait(false);
        ImageSet test = await LoadPartAsync(context, s_test, "test", int.MaxValue).ConfigureAwait(false);
        return new Dataset(Name, MnistSource.Digits, train, test, PixelStatistics.Normalization(train), MirrorSafe: false, []);
    }

    private async Task<ImageSet> LoadPartAsync(SourceContext context, RemoteFile remote, string part, int limit)
    {
        string file = await context.Files.GetAsync(Name, remote, [s_train, s_test], context.Cancellation).ConfigureAwait(false);
        Dictionary<string, MatArray> arrays = MatFile.Read(file);
        MatArray images = Find(file, arrays, "X");
        int[] d = images.Dimensions;
        if (d.Length != 4 || d[0] != Side || d[1] != Side || d[2] != 3 || d[3] < 1 || images.Type != Bytes
            || images.Bytes.Length != (long)Side * Side * 3 * d[3])
        {
            throw new DataException(
                $"{file}, element at offset {images.Offset}: X is {string.Join("x", d)} of type {images.Type} in {images.Bytes.Length} bytes; "
                + $"wanted 32x32x3xN of type {Bytes} (unsigned bytes).");
        }

        int[] labels = Labels(file, Find(file, arrays, "y"), d[3]);
        int count = Math.Min(limit, d[3]);
        return new ImageSet(Side, Side, Transposed(images.Bytes, count), labels[..count], NumberedNames.Of(part, count));
    }

    private static MatArray Find(string file, Dictionary<string, MatArray> arrays, string name) => arrays.TryGetValue(name, out MatArray? array)
        ? array
        : throw new DataException(
            $"{file}: no array '{name}' inside; found {(arrays.Count == 0 ? "none" : string.Join(", ", arrays.Keys))}.");

    private static int[] Labels(string file, MatArray array, int count)
    {
        int size = array.Type switch { Bytes => 1, Doubles => 8, _ => 0 };
        if (size == 0 || array.Bytes.Length != (long)size * count)
        {
            throw new DataException(
                $"{file}, element at offset {array.Offset}: y has {array.Bytes.Length} bytes of type {array.Type}; "
                + $"wanted {count} labels of type {Bytes} or {Doubles}.");
        }

        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            double value = size == 1 ? array.Bytes.Span[i] : BinaryPrimitives.ReadDoubleLittleEndian(array.Bytes.Span[(8 * i)..]);
            labels[i] = value is >= 1 and <= Digits && value == (int)value
                ? (int)value % Digits // 10 stands for the digit 0
                : throw new DataException($"{file}, element at offset {array.Offset}: label {value} of image {i}; wanted 1 to 10.");
        }

        return labels;
    }

    /// <summary>[row, column, channel, n] column-major to [n, row, column, channel] row-major.</summary>
    private static byte[] Transposed(ReadOnlyMemory<byte> source, int count)
    {
        byte[] pixels = new byte[(long)count * Side * Side * 3];
        Parallel.For(0, count, n =>
        {
            ReadOnlySpan<byte> image = source.Span.Slice(n * Side * Side * 3, Side * Side * 3);
            Span<byte> target = pixels.AsSpan(n * Side * Side * 3, Side * Side * 3);
            int to = 0;
            for (int y = 0; y < Side; y++)
            {
                for (int x = 0; x < Side; x++)
                {
                    for (int c = 0; c < 3; c++)
                    {
                        target[to++] = image[y + (Side * (x + (Side * c)))];
                    }
                }
            }
        });
        return pixels;
    }
}
