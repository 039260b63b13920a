using ActiveInas.Compute;
using ActiveInas.Compute.Profiling;
using ActiveInas.Data;

namespace ActiveInas.Kernels;

/// <summary>Which kernels are used: those that somebody named, else those that a measurement found to be the fastest.</summary>
public static class KernelSelection
{
    /// <summary>In place of a name: measured.</summary>
    public const string Auto = "auto";

    // Some hundred rounds; compiling and emitting the loops takes as long again.
    private static readonly TimeSpan s_time = TimeSpan.FromMilliseconds(30);

    private static readonly Lazy<KernelSelector> s_selector = new(() => new KernelSelector(
        new KernelCache(Path.Combine(DataEnvironment.FromProcess().CacheFolder, "kernels"), Processor, Version),
        kinds => MachineLimits.MeasureOneThread(kinds, s_time)));

    /// <summary>The choice for bf16, which networks are trained in: measured on first use (a tenth of a second), then remembered.</summary>
    /// <exception cref="ConfigurationException">The cap on the instruction set is none.</exception>
    public static MeasuredKernels Measured => s_selector.Value.Choose(StorageType.BFloat16, Allowed);

    // The model's name alone is not enough: virtual machines shorten it.
    private static string Processor => $"{CpuFeatures.ModelName}; {CpuFeatures.Processor}; {CpuFeatures.Hardware}";

    private static string Version => $"{ProductVersion.Number} {ProductVersion.Commit}".TrimEnd();

    private static InstructionSet Allowed
    {
        get
        {
            try
            {
                return CpuFeatures.Best;
            }
            catch (InvalidOperationException exception)
            {
                throw new ConfigurationException(exception.Message, exception);
            }
        }
    }

    /// <summary>A row by name; null or "auto": the measured one.</summary>
    /// <exception cref="ConfigurationException">There is none, or it may not be used here; the message says which may.</exception>
    public static KernelRow Find(string? name)
    {
        if (IsAuto(name))
        {
            return Measured.Row;
        }

        if (KernelTable.Rows.FirstOrDefault(candidate => candidate.Name == name) is not { } row)
        {
            string hint = Spelling.Closest(name!, [.. KernelTable.Rows.Select(known => known.Name)]) is { } closest ? $" Did you mean {closest}?" : "";
            throw new ConfigurationException($"There are no kernels '{name}'.{hint} {Usable()}");
        }

        if (row.InstructionSet > Allowed)
        {
            string most = Allowed.ToString().ToLowerInvariant(), needed = row.InstructionSet.ToString().ToLowerInvariant();
            string alike = KernelTable.FindAlike(row.Name) is { } same ? $" {same.Name} gives the same bytes." : "";
            throw new ConfigurationException(row.IsSupported
                ? $"The kernels {name} need {needed}, {CpuFeatures.CapVariable} allows {most} at most: unset it, or choose other kernels.{alike} {Usable()}"
                : $"The kernels {name} need {needed}, this processor offers {most} at most.{alike} {Usable()}");
        }

        return row;
    }

    /// <summary>A row for a run, whose tensors are bf16.</summary>
    /// <inheritdoc cref="Find"/>
    public static KernelRow FindForRun(string? name)
    {
        KernelRow row = Find(name);
        return row.Storage == StorageType.BFloat16
            ? row
            : throw new ConfigurationException($"The kernels {name} store {row.Storage}, a run needs {StorageType.BFloat16}. {Usable()}");
    }

    /// <summary>The fastest row of a family that may be used here: all of its rows give the same bytes.</summary>
    /// <exception cref="ConfigurationException">None may; the message says which families may.</exception>
    public static KernelRow FindForRun(KernelFamily family)
    {
        InstructionSet allowed = Allowed;
        KernelRow[] rows = [.. KernelTable.Rows.Where(row => row.Storage == StorageType.BFloat16)];
        if (rows.LastOrDefault(row => row.Family == family && row.InstructionSet <= allowed) is { } usable)
        {
            return usable;
        }

        string needed = $"{rows.Where(row => row.Family == family).Min(row => row.InstructionSet)}".ToLowerInvariant();
        IEnumerable<string> families = rows.Where(row => row.InstructionSet <= allowed).Select(row => FamilyName(row.Family)).Distinct();
        throw new ConfigurationException(
            $"The kernels {FamilyName(family)} need {needed}, and this process may use {allowed.ToString().ToLowerInvariant()} at most: "
            + $"use a machine that offers it (and leave {CpuFeatures.CapVariable} unset there), or one of {string.Join(", ", families)}.");
    }

    /// <summary>How a family is called in the names of its rows.</summary>
    internal static string FamilyName(KernelFamily family) => family.ToString().ToLowerInvariant();

    /// <summary>The row that a run was recorded with or, where it may not be used here, one that gives the same bytes; else the measured one.</summary>
    public static KernelRow Keep(string? recorded)
    {
        _ = Allowed;
        return (recorded is null ? null : KernelTable.FindAlike(recorded)) ?? Measured.Row;
    }

    private static bool IsAuto(string? name) => name is null || name.Equals(Auto, StringComparison.OrdinalIgnoreCase);

    private static string Usable()
    {
        InstructionSet allowed = Allowed;
        return $"Usable here: {string.Join(", ", KernelTable.Rows.Where(row => row.InstructionSet <= allowed && row.Storage == StorageType.BFloat16).Select(row => row.Name))}; "
            + $"or {Auto}, the fastest of them by measurement. 'ainas info' shows all.";
    }
}
