namespace ActiveInas.Compute.Tests.Contract;

/// <summary>The kernel table as test data. Rows travel by name, so that each shows as a test of its own.</summary>
internal static class KernelRows
{
    public static IEnumerable<string> Names => KernelTable.Rows.Select(row => row.Name);

    public static KernelRow Reference(StorageType storage)
        => KernelTable.Rows.Single(row => row.Family == KernelFamily.Reference && row.Storage == storage);

    /// <summary>The row, or a skipped test where this machine cannot run it.</summary>
    public static KernelRow Supported(string name)
    {
        KernelRow row = KernelTable.Rows.Single(candidate => candidate.Name == name);
        Skip.IfNot(row.IsSupported, $"{name} needs {row.InstructionSet}; this machine offers {CpuFeatures.Hardware}.");
        return row;
    }
}
