namespace ActiveInas.Architectures;

/// <summary>What fixes the shape of every tensor of a network.</summary>
/// <param name="Architecture">A(B_r, i, j).</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Height">H of the images in pixels.</param>
/// <param name="Width">W of the images in pixels.</param>
public readonly record struct NetworkShape(Architecture Architecture, int Classes, int Height, int Width)
{
    /// <summary>Throws when no such network exists: j stacks need 2^j pixels on each side.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    public void Validate()
    {
        (int blocks, int stacks) = Architecture;
        if (blocks < 1 || stacks < 1 || stacks > 16)
        {
            throw new ArgumentException($"{Architecture} is not an architecture: blocks must be at least 1 and stacks 1..16.");
        }

        if (Classes < 2)
        {
            throw new ArgumentException($"A network needs at least 2 classes, got {Classes}. Give the data set's class names.");
        }

        if ((1 << stacks) > Math.Min(Height, Width))
        {
            throw new ArgumentException(
                $"{Architecture} needs images of at least {1 << stacks} pixels a side, got {Height}x{Width}. Use fewer stacks or a larger `imageSize`.");
        }
    }
}
