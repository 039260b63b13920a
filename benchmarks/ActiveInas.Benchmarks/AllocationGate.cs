using ActiveInas.Compute;

namespace ActiveInas.Benchmarks;

/// <summary>Fails when an operation of a layer allocates managed memory, on whatever thread.</summary>
public static class AllocationGate
{
    private const int WarmUps = 3;
    private const int Attempts = 10;

    /// <summary>Checks every case; the exit code of the program.</summary>
    public static int Check(IDevice device, IEnumerable<LayerCase> cases, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(output);
        int passed = 0;
        int failed = 0;
        foreach (IGrouping<Layer, LayerCase> layer in cases.GroupBy(one => one.Layer))
        {
            using LayerBench bench = new(device, layer.Key);
            foreach (LayerCase one in layer)
            {
                long bytes = BytesOfEveryCall(bench.Call(one.Operation));
                _ = bytes == 0 ? passed++ : failed++;
                if (bytes > 0)
                {
                    output.WriteLine($"{device.KernelName}: {one} allocates {bytes} bytes a call; wanted 0: make its memory once, with the device or the tensor.");
                }
            }
        }

        output.WriteLine($"{device.KernelName}: {passed} operations allocate nothing, {failed} allocate");
        return passed > 0 && failed == 0 ? 0 : 1;
    }

    /// <summary>The least that a call of several allocates on all threads: what the runtime does beside it is not in every call.</summary>
    public static long BytesOfEveryCall(Action call)
    {
        ArgumentNullException.ThrowIfNull(call);
        for (int i = 0; i < WarmUps; i++)
        {
            call();
        }

        long least = long.MaxValue;
        for (int i = 0; i < Attempts && least > 0; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            call();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}
