using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Convolutions;

/// <summary>What becomes of 32 sums of a convolution before they are rounded and stored: y = relu?(factor sum + offset + residual?).
/// The default stores them as they are.</summary>
/// <param name="factors">[channels rounded up to 32]; null: 1.</param>
/// <param name="offsets">[channels rounded up to 32], with factors.</param>
/// <param name="residual">Added; may be the target itself.</param>
/// <param name="relu">Whether negative results become 0.</param>
/// <param name="statistics">Taken of what is stored, if wanted.</param>
internal readonly unsafe struct Epilogue<T, S, V, L>(
    float* factors, float* offsets, CpuTensor<T, float, S>? residual, bool relu, WrittenStatistics<T, S, V, L>? statistics = null)
    where T : unmanaged
    where S : struct, IStorage<T, float>
    where V : struct
    where L : struct, ILanes<V>
{
    private const int Block = BlockedLayout.FullBlock;
    private readonly float* _factors = factors;
    private readonly float* _offsets = offsets;

    /// <summary>For a block of channels; null: 1.</summary>
    public float* Factors(int block) => _factors == null ? null : _factors + (block * Block);

    /// <summary>For a block of channels, with factors.</summary>
    public float* Offsets(int block) => _factors == null ? null : _offsets + (block * Block);

    /// <summary>For a block of channels, position 0; null: nothing is added.</summary>
    public T* Addend(int block) => residual is null ? null : residual.BlockPointer(block);

    /// <summary>Whether negative results become 0.</summary>
    public bool Rectifies => relu;

    /// <summary>Adds the sums to what the target holds.</summary>
    public static Epilogue<T, S, V, L> AddTo(CpuTensor<T, float, S> target) => new(null, null, target, false);

    /// <summary>Stores the sums as they are, and takes statistics of what is stored.</summary>
    public static Epilogue<T, S, V, L> Measured(WrittenStatistics<T, S, V, L> statistics) => new(null, null, null, false, statistics);

    /// <inheritdoc cref="WrittenStatistics{T, S, V, L}.Begin"/>
    public void Begin(int parts) => statistics?.Begin(parts);

    /// <inheritdoc cref="WrittenStatistics{T, S, V, L}.Wrote"/>
    public void Wrote(int first, int count) => statistics?.Wrote(first, count);

    /// <inheritdoc cref="WrittenStatistics{T, S, V, L}.Take(int, int)"/>
    public void WroteChunk(int block, int chunk) => statistics?.Take(block, chunk);

    /// <summary>Stores sums of a channel block.</summary>
    /// <param name="sums">[count][32].</param>
    /// <param name="count">Positions.</param>
    /// <param name="target">Where they go.</param>
    /// <param name="block">Channel block.</param>
    /// <param name="position">The first position.</param>
    /// <param name="step">Positions from one to the next.</param>
    public void Store(float* sums, int count, CpuTensor<T, float, S> target, int block, long position, int step)
    {
        T* to = target.BlockPointer(block) + (position * Block);
        nint next = (nint)step * Block;
        if (_factors == null && residual is null)
        {
            Store(sums, count, to, next);
            return;
        }

        T* addend = residual is null ? null : Addend(block) + (position * Block);
        float* factors = Factors(block);
        float* offsets = Offsets(block);
        bool rectifies = relu;
        for (int i = 0; i < count; i++, sums += Block, to += next)
        {
            for (int lane = 0; lane < Block; lane += L.Count)
            {
                V value = L.Load(sums + lane);
                if (factors != null)
                {
                    value = L.FusedMultiplyAdd(value, L.Load(factors + lane), L.Load(offsets + lane));
                }

                if (addend != null)
                {
                    value = L.Add(value, Lanes<T, V, L>.Load(addend + lane));
                }

                Lanes<T, V, L>.Store(to + lane, rectifies ? L.Rectify(value) : value);
            }

            addend = addend == null ? null : addend + next;
        }
    }

    /// <summary>One sum, for plain loops.</summary>
    public float Apply(float sum, int n, int k, int row, int column)
    {
        float value = _factors == null ? sum : MathF.FusedMultiplyAdd(sum, _factors[k], _offsets[k]);
        value += residual is null ? 0 : residual[n, k, row, column];
        return relu ? MathF.Max(value, 0) : value;
    }

    /// <summary>As they are.</summary>
    private static void Store(float* sums, int count, T* to, nint next)
    {
        for (int i = 0; i < count; i++, sums += Block, to += next)
        {
            for (int lane = 0; lane < Block; lane += 2 * L.Count)
            {
                Lanes<T, V, L>.Store(to + lane, L.Load(sums + lane));
                Lanes<T, V, L>.Store(to + lane + L.Count, L.Load(sums + lane + L.Count));
            }
        }
    }
}
