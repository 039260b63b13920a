using System.Security.Cryptography;
using ActiveInas.Networks;

namespace ActiveInas.Training;

/// <summary>
/// Weights of a trained network from which trainings begin, in place of random ones: every array of the file that the new network has under the same name and in the same shape. A larger
/// network of the same family takes the layers that both have; the others begin at random, as they would without.
/// </summary>
/// <param name="File">A model file of this program.</param>
/// <param name="Sha256">Of the file: it, not the place, tells trainings apart.</param>
/// <param name="Head">Whether the dense layer is taken too: the classes are the same, in the same order.</param>
public sealed record InitialWeights(string File, string Sha256, bool Head)
{
    /// <summary>Looks at a file.</summary>
    /// <param name="path">A model file of this program.</param>
    /// <param name="classes">Names of the classes that are to be learnt, in label order.</param>
    /// <exception cref="ModelFileException">It is none.</exception>
    public static InitialWeights Of(string path, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(classes);
        ModelDescription description = ModelFile.Describe(path);
        return new InitialWeights(path, Hash(path), description.ClassNames.SequenceEqual(classes));
    }

    /// <summary>Writes what fits into a network.</summary>
    /// <param name="network">Initialised at random.</param>
    /// <returns>How many of its arrays were taken from the file.</returns>
    /// <exception cref="ModelFileException">The file has changed, or is malformed.</exception>
    internal int Apply(ResidualNetwork network)
    {
        string found = Hash(File);
        if (found != Sha256)
        {
            throw new ModelFileException($"{File} has the SHA-256 {found}, wanted {Sha256}: it is not the file that the training was to begin from. Put that one back.");
        }

        using SafetensorsReader reader = new(File);
        int taken = 0;
        foreach (NetworkWeight weight in network.Weights.Where(weight => (Head || !weight.Name.StartsWith(Networks.Head.Name + ".", StringComparison.Ordinal)) && reader.Has(weight.Name, weight.Shape)))
        {
            weight.Write(reader.Read(weight.Name, weight.Shape));
            taken++;
        }

        return taken;
    }

    private static string Hash(string path)
    {
        using FileStream stream = System.IO.File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
