using System.Globalization;
using System.Text.Json;
using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;

namespace ActiveInas.Networks;

/// <summary>What a model file says about its network besides the weights.</summary>
/// <param name="Shape">Architecture, classes and image size.</param>
/// <param name="Norm">Constants of the batch normalisations.</param>
/// <param name="Normalization">Of the pixels, in units of 0..255.</param>
/// <param name="ClassNames">In label order; empty when they were not given.</param>
public sealed record ModelDescription(NetworkShape Shape, NormSettings Norm, Normalization Normalization, IReadOnlyList<string> ClassNames)
{
    /// <summary>T, by which logits are divided before the softmax (Guo et al., arXiv 1706.04599, section 4.2): 1 leaves probabilities as they were trained.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>All of it as texts under the keys of model files; numbers round-trip.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata =>
    [
        new("architecture", Shape.Architecture.ToString()),
        new("blocks", Text(Shape.Architecture.Blocks)),
        new("stacks", Text(Shape.Architecture.Stacks)),
        new("classes", Text(Shape.Classes)),
        new("class_names", JsonSerializer.Serialize(ClassNames)),
        new("image_height", Text(Shape.Height)),
        new("image_width", Text(Shape.Width)),
        new("pixel_range", "0..255"),
        new("mean", Text(Normalization.Mean)),
        new("std", Text(Normalization.Deviation)),
        new("batch_norm_epsilon", Text(Norm.Epsilon)),
        new("batch_norm_running_weight", Text(Norm.RunningWeight)),
        .. Temperature == 1 ? (KeyValuePair<string, string>[])[] : [new(TemperatureKey, Text(Temperature))],
    ];

    internal const string TemperatureKey = "temperature";

    private static string Text(IFormattable value) => value.ToString(value is double ? "R" : null, CultureInfo.InvariantCulture);
}

/// <summary>
/// Model files: safetensors with torchvision's parameter names and orders, so that other tools load them, and with everything in the
/// metadata that is needed to use the network. Weights are the exact fp32 masters: a loaded network predicts the same bytes.
/// </summary>
public static class ModelFile
{
    /// <summary>Writes a network; the file depends on nothing but the arguments.</summary>
    /// <param name="path">File to make or replace.</param>
    /// <param name="network">With trained weights.</param>
    /// <param name="normalization">Of the pixels.</param>
    /// <param name="classNames">In label order, or empty.</param>
    /// <param name="temperature"><see cref="ModelDescription.Temperature"/>.</param>
    public static void Save(string path, ResidualNetwork network, Normalization normalization, IReadOnlyList<string> classNames, double temperature = 1)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(classNames);
        NetworkShape shape = network.Plan.Shape;
        if (classNames.Count != 0 && classNames.Count != shape.Classes)
        {
            throw new ArgumentException($"{classNames.Count} class names do not fit a network of {shape.Classes} classes.");
        }

        ModelDescription description = new(shape, network.Norm, normalization, classNames) { Temperature = temperature };
        SafetensorsWriter.Write(
            path, [new("format", "pt"), .. description.Metadata], network.Weights.Select(weight => new SafetensorsEntry(weight.Name, weight.Shape, weight.Read)).ToArray());
    }

    /// <summary>Reads the description alone.</summary>
    /// <exception cref="ModelFileException">Something is missing or malformed.</exception>
    public static ModelDescription Describe(string path)
    {
        using SafetensorsReader reader = new(path);
        return Describe(path, reader);
    }

    /// <summary>Makes an inference network on a device and fills it from a file.</summary>
    /// <param name="path">File made by <see cref="Save"/>.</param>
    /// <param name="device">Owner of the network's memory; it must outlive the network.</param>
    /// <exception cref="ModelFileException">Something is missing or malformed.</exception>
    public static (ResidualNetwork Network, ModelDescription Description) Load(string path, IDevice device)
    {
        using SafetensorsReader reader = new(path);
        ModelDescription description = Describe(path, reader);
        ResidualNetwork network = InferenceBatch.CreateNetwork(device, description.Shape, description.Norm);
        try
        {
            foreach (NetworkWeight weight in network.Weights)
            {
                weight.Write(reader.Read(weight.Name, weight.Shape));
            }

            return (network, description);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static ModelDescription Describe(string path, SafetensorsReader reader)
    {
        Fields fields = new(path, reader.Metadata);
        NetworkShape shape = new(
            new Architecture(fields.Integer("blocks"), fields.Integer("stacks")),
            fields.Integer("classes"),
            fields.Integer("image_height"),
            fields.Integer("image_width"));
        try
        {
            shape.Validate();
        }
        catch (ArgumentException failure)
        {
            throw new ModelFileException($"{path}: {failure.Message}", failure);
        }

        return new ModelDescription(
            shape,
            new NormSettings(fields.Number("batch_norm_epsilon"), fields.Number("batch_norm_running_weight")),
            new Normalization(fields.Number("mean"), fields.Number("std")),
            fields.Names("class_names"))
        {
            Temperature = reader.Metadata.ContainsKey(ModelDescription.TemperatureKey) ? fields.Positive(ModelDescription.TemperatureKey) : 1,
        };
    }

    /// <summary>Typed access to the metadata strings.</summary>
    private sealed class Fields(string path, IReadOnlyDictionary<string, string> metadata)
    {
        public int Integer(string key)
            => int.TryParse(String(key), NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : throw Bad(key, "an integer");

        public double Number(string key)
            => double.TryParse(String(key), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
                ? value
                : throw Bad(key, "a finite number");

        public double Positive(string key) => Number(key) is > 0 and var value ? value : throw Bad(key, "a number above 0");

        public string[] Names(string key)
        {
            try
            {
                return JsonSerializer.Deserialize<string[]>(String(key)) ?? throw Bad(key, "a JSON array of strings");
            }
            catch (JsonException)
            {
                throw Bad(key, "a JSON array of strings");
            }
        }

        private string String(string key)
            => metadata.TryGetValue(key, out string? value)
                ? value
                : throw new ModelFileException($"{path}: the metadata has no '{key}'; only model files of this program can be loaded.");

        private ModelFileException Bad(string key, string wanted) => new($"{path}: metadata '{key}' is '{String(key)}'; it must be {wanted}.");
    }
}
