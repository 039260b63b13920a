using System.Security.Cryptography;
using ActiveInas.Compute;
using ActiveInas.Runs.Models;

namespace ActiveInas.Server.Models;

/// <summary>A network, and of which file it is.</summary>
/// <param name="Network">In memory.</param>
/// <param name="Facts">What is told of it.</param>
/// <param name="Written">When its file was written.</param>
internal sealed record LoadedModel(SavedModel Network, ModelFacts Facts, DateTime Written)
{
    private const int VersionLength = 12;

    /// <summary>Loads what a run, project or file has now.</summary>
    public static LoadedModel Load(string model, IDevice device)
    {
        string path = SavedModel.Find(model);
        DateTime written = File.GetLastWriteTimeUtc(path);
        string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))[..VersionLength];
        SavedModel network = SavedModel.Load(path, device);
        (Architectures.Architecture architecture, int classes, int height, int width) = network.Description.Shape;
        return new LoadedModel(network, new ModelFacts($"{architecture}-{hash}", architecture.ToString(), architecture.ParameterCount(classes), height, width, network.Classes), written);
    }

    /// <summary>Whether the file of the model is another one by now.</summary>
    public bool IsStale(string model)
    {
        string path = SavedModel.Find(model);
        return path != Network.Path || File.GetLastWriteTimeUtc(path) != Written;
    }
}

/// <summary>What is told of a model.</summary>
/// <param name="Version">Architecture and the first digits of its file's SHA-256.</param>
/// <param name="Architecture">For example A(2,1).</param>
/// <param name="Parameters">Weights.</param>
/// <param name="Height">H that images are resized to.</param>
/// <param name="Width">W.</param>
/// <param name="Classes">Names in label order.</param>
internal sealed record ModelFacts(string Version, string Architecture, long Parameters, int Height, int Width, IReadOnlyList<string> Classes);
