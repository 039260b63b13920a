using System.Security.Cryptography;

namespace ActiveInas.Data;

/// <summary>Images of a class.</summary>
/// <param name="Name">Class.</param>
/// <param name="Train">Images of the training part.</param>
/// <param name="Test">Images of the test part.</param>
public sealed record ClassCount(string Name, int Train, int Test);

/// <summary>What a person wants to know of a data set before using it.</summary>
/// <param name="Name">Source.</param>
/// <param name="Train">Images of the training part, the pool.</param>
/// <param name="Test">Images of the test part.</param>
/// <param name="Unlabelled">Images of the training part without a label.</param>
/// <param name="Height">H in pixels.</param>
/// <param name="Width">W in pixels.</param>
/// <param name="Classes">In label order.</param>
/// <param name="Mean">Scalar mean of the training part, 0..255.</param>
/// <param name="Deviation">Scalar standard deviation of the training part.</param>
/// <param name="ChannelMeans">Red, green, blue.</param>
/// <param name="ChannelDeviations">Red, green, blue.</param>
/// <param name="Duplicates">Images that are pixel for pixel another image of the same part.</param>
/// <param name="SharedWithTest">Images of the test part that are pixel for pixel a training image.</param>
/// <param name="Problems">Of the source, and images that are equal but labelled differently.</param>
public sealed record DatasetSummary(
    string Name,
    int Train,
    int Test,
    int Unlabelled,
    int Height,
    int Width,
    IReadOnlyList<ClassCount> Classes,
    double Mean,
    double Deviation,
    IReadOnlyList<double> ChannelMeans,
    IReadOnlyList<double> ChannelDeviations,
    int Duplicates,
    int SharedWithTest,
    IReadOnlyList<DataProblem> Problems)
{
    /// <summary>Summarises a data set.</summary>
    public static DatasetSummary Of(Dataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        (double Mean, double Deviation)[] channels =
            [.. PixelStatistics.Channels(dataset.Train).Select(channel => PixelStatistics.Moments(channel.Count, channel.Sum, channel.Squares))];
        var duplicates = new DuplicateSearch();
        duplicates.Add(dataset.Train, test: false, dataset.Classes);
        if (dataset.Test is not null)
        {
            duplicates.Add(dataset.Test, test: true, dataset.Classes);
        }

        return new DatasetSummary(
            dataset.Name,
            dataset.Train.Count,
            dataset.Test?.Count ?? 0,
            dataset.Train.Labels.Count(label => label == ImageSet.Unknown),
            dataset.Train.Height,
            dataset.Train.Width,
            Count(dataset),
            dataset.Normalization.Mean,
            dataset.Normalization.Deviation,
            [.. channels.Select(channel => channel.Mean)],
            [.. channels.Select(channel => channel.Deviation)],
            duplicates.WithinPart,
            duplicates.SharedWithTest,
            [.. dataset.Problems, .. duplicates.Conflicts]);
    }

    private static ClassCount[] Count(Dataset dataset)
    {
        int[] train = new int[dataset.Classes.Count];
        int[] test = new int[dataset.Classes.Count];
        foreach (int label in dataset.Train.Labels.Where(label => label != ImageSet.Unknown))
        {
            train[label]++;
        }

        foreach (int label in (dataset.Test?.Labels ?? []).Where(label => label != ImageSet.Unknown))
        {
            test[label]++;
        }

        return [.. dataset.Classes.Select((name, i) => new ClassCount(name, train[i], test[i]))];
    }

    /// <summary>Finds equal images by the SHA-256 of their pixels.</summary>
    private sealed class DuplicateSearch
    {
        private readonly Dictionary<(UInt128, UInt128), (string Name, int Label, bool Test)> _first = [];

        public int WithinPart { get; private set; }

        public int SharedWithTest { get; private set; }

        public List<DataProblem> Conflicts { get; } = [];

        public void Add(ImageSet set, bool test, IReadOnlyList<string> classes)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            for (int i = 0; i < set.Count; i++)
            {
                SHA256.HashData(set.Image(i), hash);
                var key = (BitConverter.ToUInt128(hash), BitConverter.ToUInt128(hash[16..]));
                if (!_first.TryGetValue(key, out (string Name, int Label, bool Test) other))
                {
                    _first.Add(key, (set.Names[i], set.Labels[i], test));
                    continue;
                }

                WithinPart += other.Test == test ? 1 : 0;
                SharedWithTest += other.Test == test ? 0 : 1;
                if (other.Label != set.Labels[i] && other.Label != ImageSet.Unknown && set.Labels[i] != ImageSet.Unknown)
                {
                    Conflicts.Add(new DataProblem(
                        set.Names[i],
                        $"the same image as {other.Name} with another label: '{classes[set.Labels[i]]}' here, '{classes[other.Label]}' there"));
                }
            }
        }
    }
}
