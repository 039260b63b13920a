namespace ActiveInas.Querying;

/// <summary>Rows cut into blocks of a fixed size, whatever the thread count, so that no result depends on it.</summary>
internal static class FixedBlocks
{
    private static readonly AsyncLocal<int?> s_size = new();

    /// <summary>Another size than the callers ask for, to show that no result depends on it; null: theirs.</summary>
    internal static int? SizeUnderTest
    {
        get => s_size.Value;
        set => s_size.Value = value;
    }

    /// <summary>Blocks that so many rows make.</summary>
    public static int Count(int rows, int blockSize)
    {
        int size = SizeUnderTest ?? blockSize;
        return (rows + size - 1) / size;
    }

    /// <summary>Calls <paramref name="body"/>(block, first row, end row) for every block.</summary>
    public static void Run(int rows, int blockSize, int threads, Action<int, int, int> body, CancellationToken cancellation)
    {
        blockSize = SizeUnderTest ?? blockSize;
        int blocks = Count(rows, blockSize);
        int degree = threads > 0 ? threads : Environment.ProcessorCount;
        if (degree == 1 || blocks <= 1)
        {
            for (int block = 0; block < blocks; block++)
            {
                cancellation.ThrowIfCancellationRequested();
                body(block, block * blockSize, Math.Min(rows, (block + 1) * blockSize));
            }

            return;
        }

        ParallelOptions options = new() { MaxDegreeOfParallelism = degree, CancellationToken = cancellation };
        Parallel.For(0, blocks, options, block => body(block, block * blockSize, Math.Min(rows, (block + 1) * blockSize)));
    }
}
