using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ActiveInas.Compute.Geometry;

namespace ActiveInas.Compute.Tests.Geometry;

public sealed class FloatTableTests
{
    [Fact]
    public void A_mapped_table_holds_what_is_written_and_leaves_no_file()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ainas-table-");
        try
        {
            using (FloatTable table = FloatTable.Map(folder.FullName, 100_000))
            {
                table.AsSpan(99_990, 10).Fill(3);

                Assert.True(table.IsMapped);
                Assert.Equal(100_000, table.Count);
                Assert.Equal(30, table.Sum());
                Assert.Equal(OperatingSystem.IsWindows() ? 1 : 0, folder.GetFiles().Length);
            }

            Assert.Empty(folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_mapped_table_cannot_be_used_after_it_is_gone()
    {
        FloatTable table = FloatTable.Map(Path.GetTempPath(), 10);
        table.Dispose();

        Assert.Throws<ObjectDisposedException>(() => table[0]);
    }

    [Fact]
    public void A_table_in_memory_is_zero_and_starts_on_a_cache_line()
    {
        FloatTable table = FloatTable.Allocate(1000);
        nint address = Unsafe.ByteOffset(ref Unsafe.NullRef<float>(), ref MemoryMarshal.GetReference(table.Span));

        Assert.Equal(0, address % 64);
        Assert.Equal(1000, table.Count);
        Assert.Equal(0, table.Sum());
        Assert.False(table.IsMapped);
    }

    [Fact]
    public void An_array_is_wrapped_not_copied()
    {
        float[] values = [1, 2, 3];
        FloatTable table = values;
        table[1] = 5;

        Assert.Equal(5, values[1]);
        Assert.Null((FloatTable?)(float[]?)null);
    }

    [Fact]
    public void A_table_that_is_too_large_is_refused_with_its_size()
    {
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() => FloatTable.Map(Path.GetTempPath(), 5_000_000_000));

        Assert.Contains("5000000000", exception.Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => FloatTable.Map(Path.Combine(Path.GetTempPath(), "no", "such", "folder"), 1));
    }
}
