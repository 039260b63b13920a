namespace ActiveInas.Architectures;

/// <summary>A(B_r, i, j): j stacks of i basic residual blocks (Geifman and El-Yaniv, arXiv 1811.07579, section 3).</summary>
/// <param name="Blocks">i, blocks in each stack.</param>
/// <param name="Stacks">j, stacks.</param>
public readonly partial record struct Architecture(int Blocks, int Stacks)
{
    /// <summary>"A(2,4)".</summary>
    public override string ToString() => $"A({Blocks},{Stacks})";
}
