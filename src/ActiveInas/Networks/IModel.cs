using ActiveInas.Architectures;
using ActiveInas.Data;

namespace ActiveInas.Networks;

/// <summary>A trained network as the query functions see it: a body that gives embeddings and a dense head on top.</summary>
public interface IModel : IDisposable
{
    /// <summary>A(B_r, i, j).</summary>
    Architecture Architecture { get; }

    /// <summary>Number of classes.</summary>
    int Classes { get; }

    /// <summary>D, length of an embedding (the pooled vector before the dropout).</summary>
    int EmbeddingLength { get; }

    /// <summary>The dense layer after the dropout.</summary>
    DenseHead Head { get; }

    /// <summary>One pass of the body, batch normalisation in inference mode.</summary>
    /// <returns>[samples, D], row-major. A row depends on its own image only, not on its neighbours in a batch.</returns>
    float[] Embed(IReadOnlyList<SampleId> samples, CancellationToken cancellation);
}

/// <summary>logits = embedding Weights + Bias.</summary>
/// <param name="Weights">[D, classes], row-major.</param>
/// <param name="Bias">[classes].</param>
public sealed record DenseHead(float[] Weights, float[] Bias);
