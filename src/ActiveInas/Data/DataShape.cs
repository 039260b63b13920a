namespace ActiveInas.Data;

/// <summary>The size of a data set.</summary>
/// <param name="Train">Images of the pool.</param>
/// <param name="Test">Images of the test part.</param>
/// <param name="Height">H in pixels.</param>
/// <param name="Width">W in pixels.</param>
/// <param name="Classes">Classes.</param>
public sealed record DataShape(int Train, int Test, int Height, int Width, int Classes)
{
    /// <summary>Bytes of its pixels.</summary>
    public long Bytes => 3L * Height * Width * ((long)Train + Test);

    /// <summary>Of a loaded data set.</summary>
    public static DataShape Of(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new DataShape(data.Train.Count, data.Test?.Count ?? 0, data.Train.Height, data.Train.Width, data.Classes.Count);
    }
}
