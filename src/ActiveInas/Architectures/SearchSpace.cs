namespace ActiveInas.Architectures;

/// <summary>The space of Algorithm 1: all A(B_r, i, j) with 1 &lt;= i &lt;= MaxBlocks and 1 &lt;= j &lt;= MaxStacks, a directed acyclic graph whose
/// edges lead to the two successors of a node (arXiv 1811.07579, section 3).</summary>
public sealed record SearchSpace
{
    /// <summary>The authors' space: 12 blocks, 5 stacks.</summary>
    public static readonly SearchSpace Default = new(12, 5);

    /// <param name="maxBlocks">Most blocks in a stack.</param>
    /// <param name="maxStacks">Most stacks.</param>
    /// <exception cref="ConfigurationException">A bound is below 1 or so large that filters or counts would overflow.</exception>
    public SearchSpace(int maxBlocks, int maxStacks)
    {
        if (maxBlocks is < 1 or > LargestBlocks || maxStacks is < 1 or > LargestStacks)
        {
            throw new ConfigurationException(
                $"The search space {maxBlocks},{maxStacks} is not possible; "
                + $"wanted I,J with 1 <= I <= {LargestBlocks} blocks and 1 <= J <= {LargestStacks} stacks, for example 12,5.");
        }

        MaxBlocks = maxBlocks;
        MaxStacks = maxStacks;
    }

    /// <summary>Most blocks in a stack.</summary>
    public int MaxBlocks { get; }

    /// <summary>Most stacks.</summary>
    public int MaxStacks { get; }

    /// <summary>Every architecture of the space, by stacks, then blocks.</summary>
    public IEnumerable<Architecture> Nodes
        => from stacks in Enumerable.Range(1, MaxStacks)
           from blocks in Enumerable.Range(1, MaxBlocks)
           select new Architecture(blocks, stacks);

    private const int LargestBlocks = 1000;
    private const int LargestStacks = 16;

    /// <summary>Reads "12,5".</summary>
    /// <exception cref="ConfigurationException">The text is something else.</exception>
    public static SearchSpace Parse(string text)
        => Architecture.TryParse(text, out Architecture corner)
            ? new SearchSpace(corner.Blocks, corner.Stacks)
            : throw new ConfigurationException($"'{text}' is not a search space; wanted I,J (most blocks, most stacks), for example 12,5.");

    /// <summary>Whether an architecture belongs to the space.</summary>
    public bool Contains(Architecture architecture)
        => architecture.Blocks >= 1 && architecture.Blocks <= MaxBlocks && architecture.Stacks >= 1 && architecture.Stacks <= MaxStacks;

    /// <summary>Successors within the space: more stacks, then more blocks (the order of Algorithm 1).</summary>
    public IEnumerable<Architecture> Successors(Architecture architecture)
    {
        if (Contains(architecture.WithMoreStacks()))
        {
            yield return architecture.WithMoreStacks();
        }

        if (Contains(architecture.WithMoreBlocks()))
        {
            yield return architecture.WithMoreBlocks();
        }
    }

    /// <summary>The part of the space whose networks fit images of this size.</summary>
    /// <exception cref="ConfigurationException">The images are too small for one stack.</exception>
    public SearchSpace ForImages(int height, int width)
    {
        int stacks = Architecture.MaximumStacks(height, width);
        return stacks >= 1
            ? new SearchSpace(MaxBlocks, Math.Min(MaxStacks, stacks))
            : throw new ConfigurationException(
                $"Images of {height}x{width} pixels are too small: one stack needs at least 2x2. Use a larger `imageSize`.");
    }

    /// <summary>Refuses an architecture outside the space.</summary>
    /// <exception cref="ConfigurationException">It is outside.</exception>
    public void Require(Architecture architecture)
    {
        if (!Contains(architecture))
        {
            throw new ConfigurationException(
                $"{architecture} lies outside the search space: "
                + $"wanted 1 <= i <= {MaxBlocks} blocks and 1 <= j <= {MaxStacks} stacks (j stacks need images of at least 2^j pixels a side).");
        }
    }

    /// <summary>"12,5".</summary>
    public override string ToString() => $"{MaxBlocks},{MaxStacks}";
}
