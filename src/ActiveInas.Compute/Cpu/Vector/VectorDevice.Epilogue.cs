namespace ActiveInas.Compute.Cpu.Vector;

internal unsafe partial class VectorDevice<T, S, V, L>
{
    /// <summary>Batch normalisation with the running statistics; valid until the next call.</summary>
    private protected Epilogue InferenceEpilogue(BatchNorm norm, Tensor? residual, bool relu)
    {
        float* factors = InferenceFactors(norm);
        return new Epilogue(factors, factors + PaddedChannels(norm), residual is null ? null : Own(residual), relu);
    }

    /// <summary>What becomes of 32 sums of a convolution before they are rounded and stored: y = relu?(factor sum + offset + residual?).
    /// The default stores them as they are.</summary>
    /// <param name="factors">[channels rounded up to 32]; null: 1.</param>
    /// <param name="offsets">[channels rounded up to 32], with factors.</param>
    /// <param name="residual">Added; may be the target itself.</param>
    /// <param name="relu">Whether negative results become 0.</param>
    private protected readonly struct Epilogue(float* factors, float* offsets, CpuTensor<T, float, S>? residual, bool relu)
    {
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
        public static Epilogue AddTo(CpuTensor<T, float, S> target) => new(null, null, target, false);

        /// <summary>Stores the sums of a channel block at a position.</summary>
        public void Store(float* sums, CpuTensor<T, float, S> target, int block, long position)
        {
            T* to = target.BlockPointer(block) + (position * Block);
            T* addend = residual is null ? null : residual.BlockPointer(block) + (position * Block);
            for (int lane = 0; lane < Block; lane += L.Count)
            {
                V value = L.Load(sums + lane);
                if (_factors != null)
                {
                    int channel = (block * Block) + lane;
                    value = L.FusedMultiplyAdd(value, L.Load(_factors + channel), L.Load(_offsets + channel));
                }

                if (addend != null)
                {
                    value = L.Add(value, Lanes<T, V, L>.Load(addend + lane));
                }

                Lanes<T, V, L>.Store(to + lane, relu ? L.Rectify(value) : value);
            }
        }
    }
}
