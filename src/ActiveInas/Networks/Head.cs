using ActiveInas.Architectures;
using ActiveInas.Compute;

namespace ActiveInas.Networks;

/// <summary>Dropout of one training step: the mask depends on the seed and the row of the batch only.</summary>
/// <param name="Rate">p.</param>
/// <param name="Seed">Of this step.</param>
internal readonly record struct StepDropout(double Rate, ulong Seed);

/// <summary>Global average pool -> (dropout) -> dense with bias. The pooled vector before the dropout is the embedding.</summary>
internal sealed class Head : IDisposable
{
    private readonly IDevice _device;
    private readonly int[] _rows;
    private readonly Matrix? _logitsGradient;
    private readonly Matrix? _embeddingGradient;
    private StepDropout? _dropout;

    public Head(IDevice device, NetworkPlan plan, int capacity, bool training)
    {
        _device = device;
        Length = plan.EmbeddingLength;
        Weights = new Parameter(device, Length * plan.Shape.Classes, decays: false);
        Bias = new Parameter(device, plan.Shape.Classes, decays: false);
        Embedding = device.CreateMatrix(capacity, Length);
        Logits = device.CreateMatrix(capacity, plan.Shape.Classes);
        _rows = Enumerable.Range(0, capacity).ToArray();
        if (training)
        {
            _logitsGradient = device.CreateMatrix(capacity, plan.Shape.Classes);
            _embeddingGradient = device.CreateMatrix(capacity, Length);
            Losses = new LossLog(device);
        }
    }

    /// <summary>Name of the dense layer in files.</summary>
    public static string Name => "fc";

    /// <summary>D.</summary>
    public int Length { get; }

    /// <summary>[D, classes].</summary>
    public Parameter Weights { get; }

    /// <summary>[classes].</summary>
    public Parameter Bias { get; }

    /// <summary>[N, D].</summary>
    public Matrix Embedding { get; }

    /// <summary>[N, classes].</summary>
    public Matrix Logits { get; }

    /// <summary>Losses that nobody has read yet; null for a network that only infers.</summary>
    public LossLog? Losses { get; }

    public void Initialize(ulong seed)
    {
        WeightInitializer.Start(Weights, WeightInitializer.Draw(seed, Name, Weights.Length, Length));
        WeightInitializer.Start(Bias, new float[Bias.Length]);
    }

    public void SetRows(int rows)
    {
        Embedding.UsedRows = rows;
        Logits.UsedRows = rows;
        if (_logitsGradient is not null)
        {
            _logitsGradient.UsedRows = rows;
            _embeddingGradient!.UsedRows = rows;
        }
    }

    public void Forward(Tensor x, StepDropout? dropout)
    {
        _dropout = dropout;
        _device.GlobalAveragePoolForward(x, Embedding);
        Drop(Embedding);
        _device.DenseForward(Embedding, Weights, Bias, Logits);
    }

    /// <summary>Mean loss of the last forward pass, left in <see cref="Losses"/>; its gradient stays here for <see cref="Backward"/>.</summary>
    public void Loss(ReadOnlySpan<int> labels, SoftTargetLoss? loss)
    {
        if (loss is null)
        {
            _device.SoftmaxCrossEntropy(Logits, labels, _logitsGradient!, Losses!.Values, Losses.Take());
        }
        else
        {
            Losses!.Put(loss.Compute(Logits, labels, _logitsGradient!));
        }
    }

    public void Backward(Tensor dx)
    {
        _device.DenseBackward(Embedding, Weights, Bias, _logitsGradient!, _embeddingGradient);
        Drop(_embeddingGradient!);
        _device.GlobalAveragePoolBackward(_embeddingGradient!, dx);
    }

    public void Dispose()
    {
        Weights.Dispose();
        Bias.Dispose();
        Embedding.Dispose();
        Logits.Dispose();
        _logitsGradient?.Dispose();
        _embeddingGradient?.Dispose();
        Losses?.Dispose();
    }

    private void Drop(Matrix x)
    {
        if (_dropout is { } dropout)
        {
            _device.Dropout(x, dropout.Rate, dropout.Seed, _rows.AsSpan(0, x.UsedRows));
        }
    }
}
