using System.ComponentModel;
using ActiveInas.Compute;
using ActiveInas.Compute.Profiling;

namespace ActiveInas.Kernels;

/// <summary>Chooses by limits that it remembers, in this process and in a file, or measures.</summary>
/// <param name="cache">The file.</param>
/// <param name="measure">Measures kinds of instructions.</param>
internal sealed class KernelSelector(KernelCache cache, Func<IReadOnlyCollection<InstructionSet>, IReadOnlyList<InstructionLimit>> measure)
{
    private readonly Lock _gate = new();
    private IReadOnlyList<InstructionLimit>? _known;
    private bool _isCached;

    /// <summary>Chooses among the rows of a storage type.</summary>
    /// <param name="storage">Of the tensors.</param>
    /// <param name="allowed">The most that a row may need.</param>
    public MeasuredKernels Choose(StorageType storage, InstructionSet allowed)
    {
        IReadOnlyList<KernelRow> candidates = KernelChoice.Candidates(storage, allowed);
        if (candidates.Count == 1)
        {
            return new MeasuredKernels(candidates[0], candidates, [], null);
        }

        lock (_gate)
        {
            IReadOnlyList<InstructionLimit> limits = Limits(candidates);
            return new MeasuredKernels(KernelChoice.Decide(candidates, limits), candidates, limits, _isCached ? cache.FilePath : null);
        }
    }

    private InstructionLimit[] Limits(IReadOnlyList<KernelRow> candidates)
    {
        if (_known is null)
        {
            _known = cache.Find();
            _isCached = _known.Count > 0;
        }

        if (!KernelChoice.IsComplete(candidates, _known))
        {
            // Together, also those that are known: figures of one moment compare.
            IReadOnlyList<InstructionLimit> measured = Measure([.. candidates.Select(row => row.InstructionSet)]);
            _known = [.. _known.ExceptBy(measured.Select(limit => limit.InstructionSet), limit => limit.InstructionSet), .. measured];
            _isCached = measured.Count > 0 && cache.Save(_known);
        }

        return [.. candidates.SelectMany(row => _known.Where(limit => limit.InstructionSet == row.InstructionSet).Take(1))];
    }

    private IReadOnlyList<InstructionLimit> Measure(InstructionSet[] kinds)
    {
        try
        {
            return measure(kinds);
        }
        catch (Win32Exception)
        {
            // The system gives no memory for emitted code.
            return [];
        }
    }
}
