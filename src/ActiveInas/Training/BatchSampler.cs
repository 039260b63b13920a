namespace ActiveInas.Training;

/// <summary>Which positions of the labelled set make up a step's batch: a pure function of (seed, step), so nothing has to be stored to go on.</summary>
/// <remarks>Shuffle: position q = step * batch + row of an endless sequence is element q mod n of pass q / n, and each pass is a shuffle of its
/// own; so a batch may reach over several passes, and n may be smaller than the batch.</remarks>
internal sealed class BatchSampler
{
    private readonly int _count;
    private readonly ulong _seed;
    private readonly SamplingKind _kind;
    private readonly int[] _order;
    private long _pass = -1;

    /// <summary>Samples from 0..count-1.</summary>
    public BatchSampler(SamplingKind kind, int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        _kind = kind;
        _count = count;
        _seed = seed;
        _order = new int[count];
    }

    /// <summary>Fills a batch.</summary>
    public void Fill(long step, Span<int> batch)
    {
        if (_kind == SamplingKind.WithReplacement)
        {
            SeededRandom random = new(SeedTree.Derive(_seed, $"sampling/step-{step}"));
            foreach (ref int position in batch)
            {
                position = random.NextInt(_count);
            }

            return;
        }

        for (int row = 0; row < batch.Length; row++)
        {
            long place = (step * batch.Length) + row;
            Prepare(place / _count);
            batch[row] = _order[place % _count];
        }
    }

    private void Prepare(long pass)
    {
        if (pass == _pass)
        {
            return;
        }

        for (int i = 0; i < _count; i++)
        {
            _order[i] = i;
        }

        SeededRandom random = new(SeedTree.Derive(_seed, $"sampling/pass-{pass}"));
        random.Shuffle(_order.AsSpan());
        _pass = pass;
    }
}
