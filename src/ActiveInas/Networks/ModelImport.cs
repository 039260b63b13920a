using System.Text.RegularExpressions;
using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;

namespace ActiveInas.Networks;

/// <summary>What a file from elsewhere does not say of its network. What is null is taken from the file's metadata, where this program wrote them.</summary>
public sealed record ImportFacts
{
    /// <summary>Side in pixels of the images that it was trained on.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Names of its classes in the order of its outputs.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Mean that was taken from pixels of 0..255, one for all colours.</summary>
    public double? Mean { get; init; }

    /// <summary>Standard deviation that they were divided by.</summary>
    public double? Deviation { get; init; }

    /// <summary>What the batch normalisations add to a variance; null: 1e-5, the default of PyTorch.</summary>
    public double? Epsilon { get; init; }
}

/// <summary>Model files that other programs wrote: safetensors with torchvision's names of a residual network of this program's family, A(B, i, j).</summary>
public static partial class ModelImport
{
    private const string FirstWeights = "conv1.weight";
    private const double PyTorchEpsilon = 1e-5, PyTorchMomentum = 0.1;

    /// <summary>Reads such a file and writes it as one of this program.</summary>
    /// <param name="source">The file; arrays of 16, 32 or 64 bits.</param>
    /// <param name="destination">File to make or replace.</param>
    /// <param name="facts">What the file does not say.</param>
    /// <returns>What it says now.</returns>
    /// <exception cref="ModelFileException">It is no such file, or something is missing.</exception>
    public static ModelDescription Import(string source, string destination, ImportFacts facts)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(facts);
        using SafetensorsReader reader = new(source);
        string prefix = Prefix(source, reader);
        ModelDescription description = Describe(source, reader, prefix, facts);
        using IDevice device = KernelTable.Open(StorageType.Single, threads: 1);
        using ResidualNetwork network = InferenceBatch.CreateNetwork(device, description.Shape, description.Norm);
        RequireNoOther(source, reader, prefix, network);
        foreach (NetworkWeight weight in network.Weights)
        {
            float[] values = reader.ReadAny(prefix + weight.Name, weight.Shape);
            weight.Write(Array.TrueForAll(values, float.IsFinite) ? values : throw new ModelFileException($"{source}: array '{weight.Name}' holds values that are not finite: the training had failed."));
        }

        ModelFile.Save(destination, network, description.Normalization, description.ClassNames, description.Temperature);
        return description;
    }

    /// <summary>Wrappers put a word before all names: "module." of data-parallel trainings, "_orig_mod." of compiled ones.</summary>
    private static string Prefix(string source, SafetensorsReader reader)
    {
        string[] first = [.. reader.Names.Where(name => (name == FirstWeights || name.EndsWith("." + FirstWeights, StringComparison.Ordinal)) && !LayerName().IsMatch(name))];
        return first is [var name]
            ? name[..^FirstWeights.Length]
            : throw new ModelFileException(
                $"{source}: there is no '{FirstWeights}' among its {reader.Names.Count} arrays ({string.Join(", ", reader.Names.Order(StringComparer.Ordinal).Take(5))}): wanted a residual network with torchvision's "
                + "names (conv1, bn1, layer1.0.conv1, ..., fc).");
    }

    private static ModelDescription Describe(string source, SafetensorsReader reader, string prefix, ImportFacts facts)
    {
        (int Layer, int Block)[] blocks = [.. reader.Names.Select(name => LayerName().Match(name)).Where(match => match.Success).Select(match => (int.Parse(match.Groups[1].Value), int.Parse(match.Groups[2].Value))).Distinct().Order()];
        int stacks = blocks.Length == 0 ? 0 : blocks[^1].Layer;
        int each = stacks == 0 ? 0 : blocks.Length / stacks;
        if (each == 0 || !blocks.SequenceEqual(from layer in Enumerable.Range(1, stacks) from block in Enumerable.Range(0, each) select (layer, block)))
        {
            throw new ModelFileException(
                $"{source}: its layers hold {string.Join(", ", blocks.CountBy(block => block.Layer).Select(pair => $"layer{pair.Key}: {pair.Value}"))} blocks; wanted layer1, layer2, ... of as many blocks each, as A(i,j) has.");
        }

        int classes = reader.ShapeOf(prefix + "fc.weight") is [var outputs, _] && outputs is > 0 and < int.MaxValue
            ? (int)outputs
            : throw new ModelFileException($"{source}: there is no '{prefix}fc.weight' of shape [classes, features].");
        IReadOnlyDictionary<string, string> metadata = reader.Metadata;
        ModelDescription? own = metadata.ContainsKey("architecture") && metadata.ContainsKey("image_height") ? ModelFile.Describe(source) : null;
        int height = facts.ImageSize ?? own?.Shape.Height ?? throw Missing(source, "the size of its images", "importSize=32");
        string[] names = [.. facts.Classes ?? own?.ClassNames ?? throw Missing(source, "its classes", "importClasses=cat,dog")];
        if (names.Length != classes || names.Distinct().Count() != classes)
        {
            throw new ModelFileException($"{source} has {classes} outputs, and {names.Length} names of classes were given ({string.Join(", ", names.Take(10))}): give each class a name, in the order of the outputs.");
        }

        NetworkShape shape = new(new Architecture(each, stacks), classes, height, facts.ImageSize ?? own!.Shape.Width);
        try
        {
            shape.Validate();
        }
        catch (ArgumentException failure)
        {
            throw new ModelFileException($"{source}: {failure.Message}", failure);
        }

        Normalization normalization = new(
            facts.Mean ?? own?.Normalization.Mean ?? throw Missing(source, "the mean of its pixels (0..255)", "importMean=127.5"),
            facts.Deviation ?? own?.Normalization.Deviation ?? throw Missing(source, "the standard deviation of its pixels (0..255)", "importStd=64"));
        return new ModelDescription(shape, new NormSettings(facts.Epsilon ?? own?.Norm.Epsilon ?? PyTorchEpsilon, own?.Norm.RunningWeight ?? PyTorchMomentum), normalization, names) { Temperature = own?.Temperature ?? 1 };
    }

    private static void RequireNoOther(string source, SafetensorsReader reader, string prefix, ResidualNetwork network)
    {
        HashSet<string> known = [.. network.Weights.Select(weight => prefix + weight.Name)];
        if (reader.Names.Where(name => !known.Contains(name) && !name.EndsWith(".num_batches_tracked", StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault() is { } other)
        {
            throw new ModelFileException(
                $"{source}: array '{other}' is no part of {network.Plan.Shape.Architecture} as this program builds it: basic blocks of two 3x3 convolutions, a stem of one with {Architecture.StemFilters} filters.");
        }
    }

    private static ModelFileException Missing(string source, string what, string setting) => new($"{source} does not say {what}: give it, for example `{setting}`.");

    [GeneratedRegex(@"(?:^|\.)layer([0-9]{1,3})\.([0-9]{1,3})\.")]
    private static partial Regex LayerName();
}
