namespace ActiveInas.Compute.Cpu.Winograd;

/// <summary>Where two successive rows of 32 fp32 values lie for each element of a scheme, before they become rows of an operand.</summary>
/// <param name="even">[element][32], step apart.</param>
/// <param name="odd">The same of the row after it.</param>
/// <param name="step">Floats from an element to the next.</param>
internal readonly unsafe struct RowPair(float* even, float* odd, nint step)
{
    public float* Even => even;

    public float* Odd => odd;

    public nint Step => step;
}

/// <summary>What multiplies transformed values, of type R, and which schemes pay for it.</summary>
internal unsafe interface ITileProduct<T, R>
    where T : unmanaged
    where R : unmanaged
{
    /// <summary>Rows of tiles that a product reads at a time.</summary>
    const int Rows = 8;

    /// <summary>Tiles that a product of a weight gradient sums over: their number is filled up with zeros.</summary>
    int TilesOfProduct { get; }

    /// <summary>The scheme that pays for a 3x3 convolution of stride 1 on tensors with blocks of 32 channels; null: none.</summary>
    /// <param name="height">Of x and y.</param>
    /// <param name="width">Of x and y.</param>
    WinogradScheme<T>? SchemeOf(int height, int width);

    /// <summary>B^T d B of 32 channels.</summary>
    void TransformInput(WinogradScheme<T> scheme, T* source, nint rowStep, R* target, nint elementStep);

    /// <summary>Where to transform two successive rows of a reduced index to.</summary>
    /// <param name="target">Their place in the operand.</param>
    /// <param name="elementStep">Elements of the operand from an element of the scheme to the next.</param>
    /// <param name="scratch">[2][element][32].</param>
    /// <param name="elements">Of the scheme.</param>
    RowPair RowsOf(R* target, nint elementStep, float* scratch, int elements);

    /// <summary>Makes what lies in <see cref="RowsOf"/> rows of the operand, where they are not that already.</summary>
    void Join(RowPair rows, int elements, R* target, nint elementStep);

    /// <summary>Tiles by weights of one element: sums[tile][32] = sum over blocks of tiles[tile][32] filters[32][32].</summary>
    /// <param name="tiles">[block][tile][32]; readable up to a multiple of <see cref="Rows"/> tiles.</param>
    /// <param name="tileStep">Elements from a block of tiles to the next.</param>
    /// <param name="filters">[block][32][32], joined.</param>
    /// <param name="blocks">Blocks of channels to sum over.</param>
    /// <param name="count">Tiles.</param>
    /// <param name="sums">[tile][32], overwritten; as many rows as tiles are read.</param>
    void MultiplyTiles(R* tiles, int tileStep, R* filters, int blocks, int count, float* sums);

    /// <summary>The weight gradient of one element: sums[c][k] (+)= sum over tiles of inputs[tile][c] gradients[tile][k].</summary>
    /// <param name="inputs">[tile][32], joined.</param>
    /// <param name="gradients">The same of dy.</param>
    /// <param name="tiles">A multiple of <see cref="TilesOfProduct"/>.</param>
    /// <param name="sums">[32 c][32 k].</param>
    /// <param name="load">True: sums are added to; false: overwritten.</param>
    void MultiplyGradients(R* inputs, R* gradients, int tiles, float* sums, bool load);
}
