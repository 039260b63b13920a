namespace ActiveInas.Querying.Geometry;

/// <summary>A binary heap of rows: the largest value on top, then the smallest tie-break, then the smallest row. It does not own the
/// values: a row whose value changes must be on top (<see cref="TopShrank"/>) or outside.</summary>
internal sealed class FarthestHeap(float[] values, ulong[] ties)
{
    private readonly int[] _rows = new int[values.Length];

    /// <summary>Rows in the heap.</summary>
    public int Count { get; private set; }

    /// <summary>The first row.</summary>
    public int Top => _rows[0];

    /// <summary>The rows, the top first; in no other order.</summary>
    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, Count);

    /// <summary>Takes in all rows.</summary>
    public void Build()
    {
        Count = _rows.Length;
        for (int row = 0; row < Count; row++)
        {
            _rows[row] = row;
        }

        for (int at = (Count / 2) - 1; at >= 0; at--)
        {
            Sink(at);
        }
    }

    /// <summary>Takes the top out.</summary>
    public int Pop()
    {
        int top = _rows[0];
        _rows[0] = _rows[--Count];
        Sink(0);
        return top;
    }

    /// <summary>Puts a row in that is outside.</summary>
    public void Push(int row)
    {
        int at = Count++;
        while (at > 0 && IsBefore(row, _rows[(at - 1) / 2]))
        {
            _rows[at] = _rows[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        _rows[at] = row;
    }

    /// <summary>Restores the order after the value of the top became smaller.</summary>
    public void TopShrank() => Sink(0);

    private void Sink(int at)
    {
        int row = _rows[at];
        while ((2 * at) + 1 < Count)
        {
            int child = (2 * at) + 1;
            child += child + 1 < Count && IsBefore(_rows[child + 1], _rows[child]) ? 1 : 0;
            if (!IsBefore(_rows[child], row))
            {
                break;
            }

            _rows[at] = _rows[child];
            at = child;
        }

        _rows[at] = row;
    }

    private bool IsBefore(int a, int b)
    {
        if (values[a] != values[b])
        {
            return values[a] > values[b];
        }

        return ties[a] != ties[b] ? ties[a] < ties[b] : a < b;
    }
}
