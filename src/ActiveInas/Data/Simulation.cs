using System.Globalization;

namespace ActiveInas.Data;

/// <summary>A pool made harder for experiments: "imbalance=10,duplicates=0.3,noise=0.1". The test part stays as it is.</summary>
/// <param name="Imbalance">How many times larger the first class is than the last; the classes between fall geometrically. 1: as they are.</param>
/// <param name="Duplicates">Share of the pool's images that are copies of others of their class, 0 to below 1.</param>
/// <param name="Noise">Share of the pool's labels that are wrong, 0 to below 1.</param>
/// <example><code>Dataset hard = Simulation.Parse("imbalance=10,noise=0.1").Apply(data, seed: 1);</code></example>
public sealed record Simulation(double Imbalance = 1, double Duplicates = 0, double Noise = 0)
{
    private const string Wanted = "wanted imbalance=RATIO (at least 1), duplicates=SHARE and noise=SHARE (0 to below 1), for example imbalance=10,duplicates=0.3,noise=0.1";

    /// <summary>Reads a simulation; what it leaves out stays as it is.</summary>
    /// <exception cref="ConfigurationException">The text is none.</exception>
    public static Simulation Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Simulation result = new();
        HashSet<string> seen = [];
        foreach (string field in text.Split(','))
        {
            string[] parts = field.Split('=');
            string key = parts[0].Trim();
            bool isNumber = double.TryParse(parts[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
            bool fits = parts.Length == 2 && isNumber && seen.Add(key) && key switch
            {
                "imbalance" => value is >= 1 and <= 1e6,
                "duplicates" or "noise" => value is >= 0 and < 1,
                _ => false,
            };
            if (!fits)
            {
                throw new ConfigurationException($"'{field}' in the simulation '{text}' is not possible; {Wanted}.");
            }

            result = key switch
            {
                "imbalance" => result with { Imbalance = value },
                "duplicates" => result with { Duplicates = value },
                _ => result with { Noise = value },
            };
        }

        return result;
    }

    /// <summary>"imbalance=10,noise=0.1": what is not as it was; "imbalance=1" when all is.</summary>
    public override string ToString()
    {
        (string Key, double Value, double Usual)[] parts = [("imbalance", Imbalance, 1), ("duplicates", Duplicates, 0), ("noise", Noise, 0)];
        string text = string.Join(',', parts.Where(part => part.Value != part.Usual).Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Key}={part.Value}")));
        return text.Length > 0 ? text : "imbalance=1";
    }

    /// <summary>The data set with the harder pool: images are left out first, then some become copies, then some labels become wrong.</summary>
    /// <param name="data">With a label for every image of the training part.</param>
    /// <param name="seed">The same seed makes the same pool.</param>
    /// <exception cref="DataException">An image has no label.</exception>
    public Dataset Apply(Dataset data, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(data);
        int unlabelled = Array.IndexOf(data.Train.Labels, ImageSet.Unknown);
        if (unlabelled >= 0)
        {
            throw new DataException(
                $"`simulate` needs a label for every image of the pool, and {data.Train.Names[unlabelled]} has none: leave it out, or use a labelled data set.");
        }

        int[] kept = Kept(data.Train.Labels, data.Classes.Count, seed);
        int[] sources = Copies(data.Train, kept, seed);
        ImageSet train = Build(data.Train, kept, sources, Labels(data, sources, seed));
        return data with { Train = train, Normalization = PixelStatistics.Normalization(train) };
    }

    /// <summary>The positions that <see cref="Imbalance"/> leaves, ascending.</summary>
    /// <param name="labels">A class, 0..classes-1, a position.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="seed">The same seed keeps the same.</param>
    public int[] Kept(IReadOnlyList<int> labels, int classes, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(labels);
        SeededRandom random = new(SeedTree.Derive(seed, "simulate/imbalance"));
        List<int> kept = [];
        for (int c = 0; c < classes; c++)
        {
            int[] images = Shuffled(Enumerable.Range(0, labels.Count).Where(i => labels[i] == c), ref random);
            double share = classes == 1 ? 1 : Math.Pow(Imbalance, -(double)c / (classes - 1));
            kept.AddRange(images.Take(Math.Max(1, (int)Math.Round(images.Length * share))));
        }

        return [.. kept.Order()];
    }

    /// <summary>For each image of the pool the one whose pixels it shows: itself or, for a copy, another one of its class.</summary>
    private int[] Copies(ImageSet train, int[] kept, ulong seed)
    {
        SeededRandom random = new(SeedTree.Derive(seed, "simulate/duplicates"));
        Dictionary<int, int> source = kept.ToDictionary(i => i, i => i);
        foreach (IGrouping<int, int> group in kept.GroupBy(i => train.Labels[i]).OrderBy(group => group.Key))
        {
            int[] images = Shuffled(group, ref random);
            int copies = (int)(images.Length * Duplicates);
            for (int i = 0; i < copies; i++)
            {
                source[images[i]] = images[copies + random.NextInt(images.Length - copies)];
            }
        }

        return [.. kept.Select(i => source[i])];
    }

    private int[] Labels(Dataset data, int[] sources, ulong seed)
    {
        SeededRandom random = new(SeedTree.Derive(seed, "simulate/noise"));
        int[] labels = [.. sources.Select(i => data.Train.Labels[i])];
        int classes = data.Classes.Count;
        foreach (int i in Shuffled(Enumerable.Range(0, labels.Length), ref random).Take(classes < 2 ? 0 : (int)Math.Round(labels.Length * Noise)))
        {
            labels[i] = (labels[i] + 1 + random.NextInt(classes - 1)) % classes;
        }

        return labels;
    }

    private static ImageSet Build(ImageSet train, int[] kept, int[] sources, int[] labels)
    {
        int size = train.Height * train.Width * 3;
        byte[] pixels = new byte[(long)kept.Length * size];
        string[] names = new string[kept.Length];
        for (int i = 0; i < kept.Length; i++)
        {
            train.Image(sources[i]).CopyTo(pixels.AsSpan(i * size, size));
            names[i] = sources[i] == kept[i] ? train.Names[kept[i]] : $"{train.Names[kept[i]]} (copy of {train.Names[sources[i]]})";
        }

        return new ImageSet(train.Height, train.Width, pixels, labels, names);
    }

    private static int[] Shuffled(IEnumerable<int> items, ref SeededRandom random)
    {
        int[] shuffled = [.. items];
        random.Shuffle<int>(shuffled);
        return shuffled;
    }
}
