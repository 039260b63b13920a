namespace ActiveInas.Data;

/// <summary>An image of the training part: its index in <see cref="Dataset.Train"/>. Not a pool position and not a batch row.</summary>
public readonly record struct SampleId(int Value) : IComparable<SampleId>
{
    /// <inheritdoc/>
    public int CompareTo(SampleId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}

/// <summary>An image of the training part with the class it was given (index into <see cref="Dataset.Classes"/>).</summary>
public readonly record struct LabelledSample(SampleId Id, int Label);
