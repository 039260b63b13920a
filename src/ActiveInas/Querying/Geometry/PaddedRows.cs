using ActiveInas.Compute.Geometry;

namespace ActiveInas.Querying.Geometry;

/// <summary>Rows as the distance kernels take them: a whole number of vectors each.</summary>
internal static class PaddedRows
{
    /// <summary>The length of a row with its zeros.</summary>
    public static int Length(int length) => (length + DistanceKernel.Lanes - 1) / DistanceKernel.Lanes * DistanceKernel.Lanes;

    /// <summary>The table itself if its rows fill whole vectors (those of every network do), else a copy with zeros behind each row.</summary>
    /// <param name="table">[rows, length].</param>
    /// <param name="length">D.</param>
    public static FloatTable Of(FloatTable table, int length)
    {
        int padded = Length(length);
        if (padded == length)
        {
            return table;
        }

        int rows = table.Count / length;
        float[] copy = new float[(long)rows * padded];
        for (int row = 0; row < rows; row++)
        {
            table.AsSpan(row * length, length).CopyTo(copy.AsSpan(row * padded, length));
        }

        return copy;
    }
}
