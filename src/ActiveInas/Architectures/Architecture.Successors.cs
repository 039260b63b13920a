namespace ActiveInas.Architectures;

public readonly partial record struct Architecture
{
    /// <summary>(i + 1, j).</summary>
    public Architecture WithMoreBlocks() => new(Blocks + 1, Stacks);

    /// <summary>(floor(i j / (j + 1)) + 1, j + 1): the smallest homogeneous architecture with j + 1 stacks and more blocks in total than i j.</summary>
    public Architecture WithMoreStacks() => new((Blocks * Stacks / (Stacks + 1)) + 1, Stacks + 1);
}
