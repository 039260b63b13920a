using System.Text.RegularExpressions;
using ActiveInas.Compute.Tests.Contract;

namespace ActiveInas.Compute.Tests.Cpu;

public sealed class KernelTableTests
{
    [Fact]
    public void Names_are_unique() => Assert.Equal(KernelTable.Rows.Count, KernelTable.Rows.Select(row => row.Name).Distinct().Count());

    [Fact]
    public void Names_say_family_instruction_set_and_storage()
    {
        foreach (KernelRow row in KernelTable.Rows)
        {
            Match match = Grammar().Match(row.Name);
            Assert.True(match.Success, $"{row.Name} is not family-isa-storage (reference-storage for Reference).");
            Assert.Equal(row.Family.ToString(), match.Groups["family"].Value, ignoreCase: true);
            Assert.Equal(Storage(match.Groups["storage"].Value), row.Storage);
            string isa = match.Groups["isa"].Value;
            Assert.Equal(row.InstructionSet.ToString(), isa.Length > 0 ? isa : match.Groups["family"].Value, ignoreCase: true);
        }
    }

    [Fact]
    public void Reference_has_a_row_for_every_storage_type()
    {
        foreach (StorageType storage in Enum.GetValues<StorageType>())
        {
            Assert.Single(KernelTable.Rows, row => row.Family == KernelFamily.Reference && row.Storage == storage);
        }
    }

    /// <summary>Best takes the last row that may run, so a faster row must stand behind a slower one.</summary>
    [Fact]
    public void Rows_of_a_storage_type_stand_in_order_of_their_instruction_sets()
    {
        foreach (IGrouping<StorageType, KernelRow> rows in KernelTable.Rows.GroupBy(row => row.Storage))
        {
            Assert.Equal(rows.Select(row => row.InstructionSet).Order(), rows.Select(row => row.InstructionSet));
        }
    }

    [Fact]
    public void Devices_say_which_row_made_them()
    {
        foreach (KernelRow row in KernelRows.Runnable.Intersect(KernelTable.Rows))
        {
            using IDevice device = row.Create(2);
            Assert.Equal(row.Name, device.KernelName);
            Assert.Equal(row.Storage, device.Storage);
        }
    }

    [Fact]
    public void A_row_is_found_by_name_where_it_may_be_used()
    {
        Assert.Equal("reference-bf16", KernelTable.FindUsable("reference-bf16")?.Name);
        Assert.Null(KernelTable.FindUsable("vector-avx1024-bf16"));
        Assert.All(KernelTable.Rows, row => Assert.Equal(row.IsUsable ? row : null, KernelTable.FindUsable(row.Name)));
    }

    [Fact]
    public void A_row_of_the_same_family_and_storage_stands_in_for_another()
    {
        Assert.True(KernelTable.GiveSameBytes("vector-avx512-bf16", "vector-portable-bf16"));
        Assert.True(KernelTable.GiveSameBytes("unknown", "unknown"));
        Assert.False(KernelTable.GiveSameBytes("vector-avx2-bf16", "vector-avx2-fp32"));
        Assert.False(KernelTable.GiveSameBytes("vector-avx2-bf16", "winograd-avx2-bf16"));
        Assert.False(KernelTable.GiveSameBytes("vector-avx2-bf16", "unknown"));
        Assert.False(KernelTable.GiveSameBytes("unknown", "strange"));
        Assert.Null(KernelTable.FindAlike("unknown"));
        Assert.Equal("reference-bf16", KernelTable.FindAlike("reference-bf16")?.Name);
        bool hasVector = KernelTable.FindUsable("vector-portable-bf16") is not null;
        Assert.Equal(hasVector, KernelTable.FindAlike("vector-avx512-bf16")?.Name.StartsWith("vector-", StringComparison.Ordinal) ?? false);
    }

    private static StorageType Storage(string name) => name switch
    {
        "bf16" => StorageType.BFloat16,
        "fp32" => StorageType.Single,
        "fp64" => StorageType.Double,
        _ => throw new ArgumentException(name),
    };

    /// <summary>Families, instruction sets and storage types are those that there are.</summary>
    private static Regex Grammar()
    {
        string families = string.Join('|', Enum.GetNames<KernelFamily>()).ToLowerInvariant();
        string sets = string.Join('|', Enum.GetNames<InstructionSet>()).ToLowerInvariant();
        return new Regex($"^(?<family>{families})(-(?<isa>{sets}))?-(?<storage>bf16|fp32|fp64)$");
    }
}
