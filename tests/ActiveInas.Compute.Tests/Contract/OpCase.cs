using System.Collections.Concurrent;
using ActiveInas.Compute.Tests.Support;

namespace ActiveInas.Compute.Tests.Contract;

/// <summary>One call of one operation with given shapes and options.</summary>
/// <param name="Name">Unique; seeds the data.</param>
/// <param name="Arrange">Makes the arguments and returns the call.</param>
/// <param name="HasStatistics">Whether its matrices are statistics of the tensor that it has just rounded.</param>
/// <param name="IsWinograd">Whether rows of Winograd's algorithm may sum it by theirs.</param>
/// <param name="IsInference">Whether it applies a normalisation with the running statistics.</param>
internal sealed record OpCase(string Name, Func<OpBench, Action> Arrange, bool HasStatistics = false, bool IsWinograd = false, bool IsInference = false)
{
    private static readonly ConcurrentDictionary<(StorageType, string), IReadOnlyList<OpOutput>> s_expected = new();

    /// <summary>Runs the case on a device and checks all that needs no other device.</summary>
    public IReadOnlyList<OpOutput> Run(IDevice device)
    {
        using OpBench bench = new(device, TestRandom.SeedOf(Name));
        Arrange(bench)();
        return bench.Collect();
    }

    /// <summary>Compares each output with that of Reference on one thread.</summary>
    public void VerifyValues(IDevice device, IReadOnlyList<OpOutput> actual)
    {
        IReadOnlyList<OpOutput> expected = s_expected.GetOrAdd((device.Storage, Name), key => RunReference(key.Item1));
        Assert.Equal(expected.Select(output => output.Name), actual.Select(output => output.Name));
        for (int i = 0; i < expected.Count; i++)
        {
            string what = $"{device.KernelName}, {Name}, {expected[i].Name}";
            TensorAssert.Close(what, expected[i].Extent, expected[i].Values, actual[i].Values, ToleranceOf(device, expected[i].IsTensor));
            if (IsRoundedInBetween(device) && (expected[i].IsTensor || !HasStatistics))
            {
                TensorAssert.CloseOnAverage(what, expected[i].Values, actual[i].Values, Tolerance.MeanOfTransformed);
            }
        }
    }

    /// <summary>Compares each output, and all memory around it, byte by byte.</summary>
    public void VerifySameBytes(string difference, IReadOnlyList<OpOutput> expected, IReadOnlyList<OpOutput> actual)
    {
        for (int i = 0; i < expected.Count; i++)
        {
            TensorAssert.SameBytes($"{Name}, {expected[i].Name}, {difference}", expected[i].Bytes, actual[i].Bytes);
        }
    }

    private Tolerance ToleranceOf(IDevice device, bool isTensor)
        => Tolerance.Of(device.Storage, IsWinograd ? KernelRows.Of(device).Tolerance : KernelTolerance.Reordered, isTensor, HasStatistics);

    /// <summary>Whether transformed values are rounded before they are multiplied.</summary>
    private bool IsRoundedInBetween(IDevice device) => IsWinograd && KernelRows.Of(device).Tolerance == KernelTolerance.TransformedAndRounded;

    private IReadOnlyList<OpOutput> RunReference(StorageType storage)
    {
        using IDevice device = KernelRows.Reference(storage).Create(1);
        return Run(device);
    }
}
