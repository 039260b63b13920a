namespace ActiveInas.Compute.Cpu;

/// <summary>The loops of plain operations.</summary>
internal static class PlainLoop
{
    /// <summary>Runs body(0..items-1) on so many threads; each item writes what no other item reads or writes.</summary>
    public static void ForEach(int threads, int items, Action<int> body)
    {
        if (threads == 1)
        {
            for (int item = 0; item < items; item++)
            {
                body(item);
            }

            return;
        }

        Parallel.For(0, items, new ParallelOptions { MaxDegreeOfParallelism = threads }, body);
    }

    /// <summary>Runs over images, rows and columns, ascending.</summary>
    public static void ForEachPosition(int images, TensorShape shape, Action<int, int, int> body)
    {
        for (int n = 0; n < images; n++)
        {
            for (int row = 0; row < shape.Height; row++)
            {
                for (int column = 0; column < shape.Width; column++)
                {
                    body(n, row, column);
                }
            }
        }
    }
}
