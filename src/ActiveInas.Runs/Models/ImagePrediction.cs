namespace ActiveInas.Runs.Models;

/// <summary>A class and how probable a network holds it.</summary>
/// <param name="Class">Its name.</param>
/// <param name="Probability">0..1.</param>
public readonly record struct RankedClass(string Class, float Probability);

/// <summary>What a network says of an image file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Problem">Why it could not be read; null: it was.</param>
/// <param name="Classes">All classes, the most probable first; empty where the file could not be read.</param>
/// <param name="Embedding">[D], the pooled vector before the last layer; empty where the file could not be read.</param>
public sealed record ImagePrediction(string Path, string? Problem, IReadOnlyList<RankedClass> Classes, ReadOnlyMemory<float> Embedding)
{
    /// <summary>The most probable class; null where the file could not be read.</summary>
    public RankedClass? Best => Classes.Count == 0 ? null : Classes[0];
}
