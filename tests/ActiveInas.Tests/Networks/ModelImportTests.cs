using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Tests.Networks;

/// <summary>Networks that other programs saved: the same arrays under torchvision's names, in other types, with wrappers' prefixes, without what this program adds.</summary>
public sealed class ModelImportTests : IDisposable
{
    private static readonly ImportFacts s_facts = new() { ImageSize = 8, Classes = ["a", "b", "c", "d"], Mean = 120, Deviation = 60 };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "F32", 0)]
    [InlineData("module.", "F64", 0)]
    [InlineData("_orig_mod.", "F16", 0.001)]
    [InlineData("", "BF16", 0.01)]
    public void A_file_without_our_metadata_becomes_one_of_ours(string prefix, string type, double tolerance)
    {
        Dictionary<string, (int[] Shape, float[] Values)> arrays = Arrays();
        Write("theirs.safetensors", arrays, prefix, type, prefix + "bn1.num_batches_tracked");
        ModelDescription description = ModelImport.Import(_folder["theirs.safetensors"], _folder["ours.safetensors"], s_facts);
        Assert.Equal(("A(2,2)", 4, 8, 8), (description.Shape.Architecture.ToString(), description.Shape.Classes, description.Shape.Height, description.Shape.Width));

        using IDevice device = KernelTable.Open(StorageType.Single, threads: 1);
        (ResidualNetwork network, ModelDescription read) = ModelFile.Load(_folder["ours.safetensors"], device);
        using (network)
        {
            Assert.Equal(s_facts.Classes, read.ClassNames);
            Assert.Equal((1e-5, 120.0, 60.0), (read.Norm.Epsilon, read.Normalization.Mean, read.Normalization.Deviation));
            Assert.All(network.Weights, weight => Assert.All(
                weight.Read().Zip(arrays[weight.Name].Values), pair => Assert.Equal(pair.Second, pair.First, tolerance * (1 + Math.Abs(pair.Second)))));
        }
    }

    [Fact]
    public void A_file_of_ours_needs_no_facts_and_stays_as_it_is()
    {
        string path = Ours();
        ModelImport.Import(path, _folder["again.safetensors"], new ImportFacts());
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(_folder["again.safetensors"]));
    }

    [Fact]
    public void What_is_missing_is_named_with_the_setting_that_gives_it()
    {
        Write("theirs.safetensors", Arrays());
        Assert.Contains("`importSize=32`", Refusal(s_facts with { ImageSize = null }), StringComparison.Ordinal);
        Assert.Contains("`importClasses=cat,dog`", Refusal(s_facts with { Classes = null }), StringComparison.Ordinal);
        Assert.Contains("`importMean=127.5`", Refusal(s_facts with { Mean = null }), StringComparison.Ordinal);
        Assert.Contains("`importStd=64`", Refusal(s_facts with { Deviation = null }), StringComparison.Ordinal);
        Assert.Contains("4 outputs, and 2 names", Refusal(s_facts with { Classes = ["a", "b"] }), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_network_of_this_family_is_refused_with_the_array()
    {
        Refused(arrays => arrays["conv1.weight"] = ([64, 3, 7, 7], new float[64 * 3 * 49]), "'conv1.weight' has shape [64, 3, 7, 7]; [64, 3, 3, 3] is wanted");
        Refused(arrays => arrays.Remove("conv1.weight"), "there is no 'conv1.weight'");
        Refused(arrays => arrays.Remove("fc.weight"), "there is no 'fc.weight'");
        Refused(arrays => arrays.Remove("layer1.1.bn2.bias"), "'layer1.1.bn2.bias' is missing");
        Refused(arrays => arrays["layer1.1.conv3.weight"] = ([1], [0]), "'layer1.1.conv3.weight' is no part of A(2,2)");
        Refused(arrays => arrays["layer2.2.conv1.weight"] = ([1], [0]), "layer1: 2, layer2: 3 blocks");
        Refused(arrays => arrays["fc.bias"] = ([4], [0, float.NaN, 0, 0]), "'fc.bias' holds values that are not finite");
    }

    private void Refused(Action<Dictionary<string, (int[] Shape, float[] Values)>> change, string message)
    {
        Dictionary<string, (int[] Shape, float[] Values)> arrays = Arrays();
        change(arrays);
        Write("theirs.safetensors", arrays);
        Assert.Contains(message, Refusal(s_facts), StringComparison.Ordinal);
    }

    private string Refusal(ImportFacts facts)
    {
        string message = Assert.Throws<ModelFileException>(() => ModelImport.Import(_folder["theirs.safetensors"], _folder["ours.safetensors"], facts)).Message;
        Assert.False(File.Exists(_folder["ours.safetensors"]));
        return message;
    }

    private string Ours()
    {
        string path = _folder["network.safetensors"];
        using IDevice device = KernelTable.Open(StorageType.Single, threads: 1);
        using ResidualNetwork network = new(device, NetworkSamples.Shape(2, 2), NetworkSamples.Norm, 1, training: false);
        network.Initialize(3);
        ModelFile.Save(path, network, new Normalization(120, 60), ["a", "b", "c", "d"]);
        return path;
    }

    private Dictionary<string, (int[] Shape, float[] Values)> Arrays()
    {
        using IDevice device = KernelTable.Open(StorageType.Single, threads: 1);
        (ResidualNetwork network, _) = ModelFile.Load(Ours(), device);
        using (network)
        {
            return network.Weights.ToDictionary(weight => weight.Name, weight => (weight.Shape.ToArray(), weight.Read()));
        }
    }

    /// <summary>Writes a file as other programs do: no metadata but the format.</summary>
    private void Write(string name, Dictionary<string, (int[] Shape, float[] Values)> arrays, string prefix = "", string type = "F32", string? counter = null)
    {
        JsonObject header = new() { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        using MemoryStream data = new();
        foreach ((string array, (int[] shape, float[] values)) in arrays)
        {
            Add(prefix + array, type, shape, [.. values.SelectMany(value => Bytes(value, type))]);
        }

        if (counter is not null)
        {
            Add(counter, "I64", [], new byte[8]);
        }

        byte[] json = Encoding.UTF8.GetBytes(header.ToJsonString());
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        File.WriteAllBytes(_folder[name], [.. length, .. json, .. data.ToArray()]);

        void Add(string array, string kind, int[] shape, byte[] bytes)
        {
            header[array] = new JsonObject
            {
                ["dtype"] = kind,
                ["shape"] = new JsonArray([.. shape.Select(extent => JsonValue.Create(extent))]),
                ["data_offsets"] = new JsonArray(data.Length, data.Length + bytes.Length),
            };
            data.Write(bytes);
        }
    }

    private static byte[] Bytes(float value, string type) => type switch
    {
        "F64" => BitConverter.GetBytes((double)value),
        "F16" => BitConverter.GetBytes((Half)value),
        "BF16" => BitConverter.GetBytes((ushort)(BitConverter.SingleToInt32Bits(value) >> 16)),
        _ => BitConverter.GetBytes(value),
    };
}
