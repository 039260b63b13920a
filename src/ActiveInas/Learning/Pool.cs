using ActiveInas.Data;

namespace ActiveInas.Learning;

/// <summary>U: the samples that may still be asked for.</summary>
/// <param name="size">Samples of the training part: ids 0..size-1.</param>
internal sealed class Pool(int size)
{
    private readonly bool[] _gone = new bool[size];

    /// <summary>|U|.</summary>
    public int Count { get; private set; } = size;

    /// <summary>Ascending.</summary>
    public IReadOnlyList<SampleId> Ids
    {
        get
        {
            List<SampleId> ids = new(Count);
            for (int id = 0; id < _gone.Length; id++)
            {
                if (!_gone[id])
                {
                    ids.Add(new SampleId(id));
                }
            }

            return ids;
        }
    }

    /// <summary>U - ids. Those already gone stay gone.</summary>
    public void Remove(IEnumerable<SampleId> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        foreach (SampleId id in ids)
        {
            Count -= _gone[id.Value] ? 0 : 1;
            _gone[id.Value] = true;
        }
    }
}
