namespace ActiveInas.Tests.Shared;

internal static class Allocations
{
    /// <summary>
    /// Bytes that each call of <paramref name="action"/> allocates on this thread. A call is measured several times and the smallest
    /// count is given: the runtime counts in blocks of a few kilobytes that a collection started elsewhere may cut short in the middle
    /// of a call, while a call that allocates does so every time.
    /// </summary>
    public static long OfEveryCall(Action action)
    {
        long smallest = long.MaxValue;
        for (int i = 0; i < 5 && smallest > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            smallest = Math.Min(smallest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return smallest;
    }
}
