using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Tests.Data;

namespace ActiveInas.Runs.Tests.Models;

/// <summary>Model files with weights as training leaves them: no identity norms, every bias used.</summary>
internal static class ModelSamples
{
    public static readonly string[] Classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Null: CIFAR-10 is not on this machine.</summary>
    public static string? CifarArchive => Path.Combine(RealData.Folder ?? "", "cifar10-images.tar.gz") is var path && File.Exists(path) ? path : null;

    public static NetworkShape Shape(int size, int classes = 10) => new(new Architecture(1, 3), classes, size, size);

    public static void Write(string path, NetworkShape shape, IReadOnlyList<string>? classes = null, ulong seed = 5)
    {
        using IDevice device = KernelTable.Open(StorageType.Single, threads: 1);
        using ResidualNetwork network = new(device, shape, new NormSettings(1e-5, 0.1), 1, training: false);
        network.Initialize(seed);
        Random random = new(7);
        foreach (NetworkWeight weight in network.Weights.Where(weight => weight.Shape.Count == 1))
        {
            double centre = weight.Name.EndsWith("_var", StringComparison.Ordinal) ? 1.2 : weight.Name.EndsWith(".weight", StringComparison.Ordinal) ? 0.9 : 0;
            weight.Write([.. Enumerable.Range(0, weight.Length).Select(_ => (float)(centre + (0.6 * (random.NextDouble() - 0.5))))]);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ModelFile.Save(path, network, new Normalization(120.7, 64.15), classes ?? Classes[..shape.Classes]);
    }

    /// <summary>CIFAR-10 test images where they are on this machine, else generated ones, which are 32x32 too.</summary>
    public static ImageSet Images(int count)
    {
        if (CifarArchive is not { } archive)
        {
            return DataSources.Load(new DataRequest("shapes", ImageSize: 32)).Test!;
        }

        // Every tenth of the test part.
        ImageSet images = DataSources.Load(new DataRequest(archive, ImageSize: 32, Include: "*0.jpg", Exclude: "train/**", Unlabelled: true)).Train;
        Assert.Equal(count, images.Count);
        return images;
    }
}
