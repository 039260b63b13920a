using System.Buffers.Binary;
using System.IO.Compression;
using ActiveInas.Data;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Server.Tests;

/// <summary>Archives that say something else than they hold.</summary>
public sealed class ImportArchiveTests : IDisposable
{
    private const int Limit = 10_000;

    // Of the fields of the headers (APPNOTE.TXT, 4.3.7 and 4.3.12).
    private const int SizeInLocal = 22;
    private const int SizeInCentral = 24;
    private static readonly byte[] s_central = "PK\u0001\u0002"u8.ToArray();

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_it_says_is_unpacked()
    {
        string folder = Unpack(Zip(CompressionLevel.Optimal, ("labels/cat/a.jpg", new byte[5000]), ("labels/b.csv", new byte[5000])));
        Assert.Equal(5000, new FileInfo(Path.Combine(folder, "labels", "cat", "a.jpg")).Length);
        Assert.Equal(5000, new FileInfo(Path.Combine(folder, "labels", "b.csv")).Length);
    }

    [Fact]
    public void More_than_allowed_is_refused()
    {
        Assert.Contains("more than 10000 bytes", Refused(Zip(CompressionLevel.Optimal, ("a.csv", new byte[6000]), ("b.csv", new byte[6000]))), StringComparison.Ordinal);
        Assert.Contains("3 files; wanted at most 2", Refused(Zip(CompressionLevel.Optimal, ("a", [1]), ("b", [2]), ("c", [3]))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.NoCompression)]
    public void A_header_that_tells_too_few_bytes_does_not_let_more_in(CompressionLevel level)
    {
        byte[] zip = Zip(level, ("bomb.csv", new byte[20 * Limit]));
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(SizeInLocal), 10);
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(zip.AsSpan().IndexOf(s_central) + SizeInCentral), 10);
        using (ZipArchive archive = new(new MemoryStream(zip)))
        {
            Assert.Equal(10, archive.Entries[0].Length);
        }

        Refused(zip);
        Assert.All(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories), file => Assert.InRange(new FileInfo(file).Length, 0, Math.Max(Limit, zip.Length)));
    }

    [Fact]
    public void A_header_that_cuts_a_table_off_is_refused()
    {
        byte[] zip = Zip(CompressionLevel.Optimal, ("labels.csv", [.. Enumerable.Repeat("filename,label\n"u8.ToArray(), 100).SelectMany(line => line)]));
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(SizeInLocal), 150);
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(zip.AsSpan().IndexOf(s_central) + SizeInCentral), 150);
        Assert.Contains("again", Refused(zip), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../outside.csv")]
    [InlineData("a/../../outside.csv")]
    [InlineData("/outside.csv")]
    public void Places_outside_are_refused(string name)
    {
        Assert.Contains("lies outside", Refused(Zip(CompressionLevel.Optimal, (name, [1]))), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["outside.csv"]));
    }

    [Fact]
    public void A_name_twice_is_refused()
        => Assert.Contains("twice", Refused(Zip(CompressionLevel.Optimal, ("a.csv", [1]), ("a.csv", [2]))), StringComparison.Ordinal);

    private string Unpack(byte[] zip)
    {
        string path = _folder["upload"];
        File.WriteAllBytes(path, zip);
        Assert.True(ImportArchive.IsZip(path));
        new ImportArchive(Limit, 2).Unpack(path, _folder["unpacked"]);
        return _folder["unpacked"];
    }

    private string Refused(byte[] zip) => Assert.Throws<DataException>(() => Unpack(zip)).Message;

    private static byte[] Zip(CompressionLevel level, params (string Name, byte[] Bytes)[] files)
    {
        using MemoryStream bytes = new();
        using (ZipArchive archive = new(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
            {
                using Stream entry = archive.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return bytes.ToArray();
    }
}
