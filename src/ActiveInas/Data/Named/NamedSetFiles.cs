namespace ActiveInas.Data.Named;

/// <summary>Recognises the files of published sets where a folder of images was expected.</summary>
internal static class NamedSetFiles
{
    private static readonly (string[] Names, string Advice)[] s_known =
    [
        (["data_batch_1.bin", "cifar-10-binary.tar.gz"], "the files of cifar10: `data=cifar10` with `dataDirectory={0}`"),
        (["fine_label_names.txt", "cifar-100-binary.tar.gz"], "the files of cifar100: `data=cifar100` with `dataDirectory={0}`"),
        (["data_batch_1", "cifar-10-python.tar.gz"], "cifar10 for Python (pickles), which is not read: take the binary version, which `data=cifar10` downloads"),
        (["cifar-100-python.tar.gz"], "cifar100 for Python (pickles), which is not read: take the binary version, which `data=cifar100` downloads"),
        (
            ["train-images-idx3-ubyte.gz", "train-images-idx3-ubyte", "train-images.idx3-ubyte"],
            "the files of mnist or a set like it: `data=mnist` with `dataDirectory={0}` (or fashion-mnist)"),
        (["train_32x32.mat", "test_32x32.mat"], "the files of svhn: `data=svhn` with `dataDirectory={0}`"),
        (
            ["digitStruct.mat"],
            "SVHN with whole numbers (format 1), whose labels are in digitStruct.mat and not read: take the cropped digits (format 2), which `data=svhn` downloads"),
    ];

    private static readonly string[] s_tables = [".npz", ".npy", ".parquet", ".arrow", ".tfrecord", ".h5", ".hdf5", ".pkl", ".pickle"];

    /// <summary>What to do instead; null: nothing is known.</summary>
    /// <param name="source">The path that was given.</param>
    /// <param name="files">Paths of its files.</param>
    public static string? Advice(string source, IEnumerable<string> files)
    {
        string? table = null;
        foreach (string file in files)
        {
            string name = file[(file.LastIndexOf('/') + 1)..];
            if (s_known.FirstOrDefault(known => known.Names.Contains(name, StringComparer.OrdinalIgnoreCase)) is { Advice: not null } found)
            {
                string folder = Directory.Exists(source) ? source : Path.GetDirectoryName(source) is { Length: > 0 } parent ? parent : ".";
                return $"{file}: {string.Format(System.Globalization.CultureInfo.InvariantCulture, found.Advice, folder)}";
            }

            table ??= s_tables.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase)
                ? $"{file}: images in one table, which is not read: write them as files CLASS/*.png"
                : null;
        }

        return table;
    }
}
