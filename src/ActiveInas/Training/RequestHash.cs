using System.Security.Cryptography;
using System.Text;
using ActiveInas.Data;

namespace ActiveInas.Training;

/// <summary>SHA-256 of everything that decides a training's result, so that a checkpoint is never continued by another training.</summary>
internal static class RequestHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Length = 32;

    public static byte[] Of(TrialRequest request, TrainingLength length, ImageSet images, Normalization normalization)
    {
        using MemoryStream stream = new();
        using (BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(request.Key);
            writer.Write(request.Architecture.ToString());
            writer.Write(request.Classes);
            writer.Write(request.Seed);
            writer.Write(RecipeFile.ToJson(request.Recipe));
            writer.Write(request.Measure.ToString());
            writer.Write(ReferenceEquals(length, request.Recipe.Candidate) ? "candidate" : "training");
            Write(writer, request.Train);
            Write(writer, request.Validation);
            writer.Write(images.Height);
            writer.Write(images.Width);
            writer.Write(images.Count);
            writer.Write(normalization.Mean);
            writer.Write(normalization.Deviation);
        }

        return SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<LabelledSample> samples)
    {
        writer.Write(samples.Count);
        foreach (LabelledSample sample in samples)
        {
            writer.Write(sample.Id.Value);
            writer.Write(sample.Label);
        }
    }
}
