using System.Formats.Tar;
using System.IO.Compression;
using System.IO.Hashing;

namespace ActiveInas.Tests.Data;

/// <summary>Packs files into archives.</summary>
internal static class Archives
{
    public static byte[] Zip(IEnumerable<(string Name, byte[] Data)> files)
    {
        using var result = new MemoryStream();
        using (var archive = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] data) in files)
            {
                using Stream entry = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
                entry.Write(data);
            }
        }

        return result.ToArray();
    }

    /// <summary>Stored entries with the sizes in zip64 fields and a zip64 end record, as archives beyond 4 GB have them.</summary>
    public static byte[] Zip64(IReadOnlyList<(string Name, byte[] Data)> files)
    {
        var file = new NumberWriter(bigEndian: false);
        var directory = new NumberWriter(bigEndian: false);
        foreach ((string name, byte[] data) in files)
        {
            uint offset = (uint)file.ToArray().Length;
            uint crc = Crc32.HashToUInt32(data);
            byte[] path = System.Text.Encoding.UTF8.GetBytes(name);
            file.U32(0x04034B50).U16(45).U16(0).U16(0).U32(0).U32(crc).U32(uint.MaxValue).U32(uint.MaxValue).U16((ushort)path.Length).U16(20);
            file.Bytes(path).U16(1).U16(16).U32((uint)data.Length).U32(0).U32((uint)data.Length).U32(0).Bytes(data);
            directory.U32(0x02014B50).U16(45).U16(45).U16(0).U16(0).U32(0).U32(crc).U32(uint.MaxValue).U32(uint.MaxValue).U16((ushort)path.Length);
            directory.U16(28).U16(0).U16(0).U16(0).U32(0).U32(uint.MaxValue).Bytes(path);
            directory.U16(1).U16(24).U32((uint)data.Length).U32(0).U32((uint)data.Length).U32(0).U32(offset).U32(0);
        }

        uint start = (uint)file.ToArray().Length;
        byte[] entries = directory.ToArray();
        uint end = start + (uint)entries.Length;
        file.Bytes(entries);
        file.U32(0x06064B50).U32(44).U32(0).U16(45).U16(45).U32(0).U32(0);
        file.U32((uint)files.Count).U32(0).U32((uint)files.Count).U32(0).U32((uint)entries.Length).U32(0).U32(start).U32(0);
        file.U32(0x07064B50).U32(0).U32(end).U32(0).U32(1);
        file.U32(0x06054B50).U16(ushort.MaxValue).U16(ushort.MaxValue).U16(ushort.MaxValue).U16(ushort.MaxValue).U32(uint.MaxValue).U32(uint.MaxValue).U16(0);
        return file.ToArray();
    }

    /// <summary>Names ending in '/' are folders; "a -> b" is a link.</summary>
    public static byte[] Tar(IEnumerable<(string Name, byte[] Data)> files, TarEntryFormat format = TarEntryFormat.Pax)
    {
        using var result = new MemoryStream();
        using (var writer = new TarWriter(result, format, leaveOpen: true))
        {
            foreach ((string name, byte[] data) in files)
            {
                string[] link = name.Split(" -> ");
                TarEntryType type = link.Length == 2 ? TarEntryType.SymbolicLink : name.EndsWith('/') ? TarEntryType.Directory
                    : format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile;
                TarEntry entry = format switch
                {
                    TarEntryFormat.V7 => new V7TarEntry(type, link[0]),
                    TarEntryFormat.Ustar => new UstarTarEntry(type, link[0]),
                    TarEntryFormat.Gnu => new GnuTarEntry(type, link[0]),
                    _ => new PaxTarEntry(type, link[0]),
                };
                if (link.Length == 2)
                {
                    entry.LinkName = link[1];
                }
                else if (type != TarEntryType.Directory)
                {
                    entry.DataStream = new MemoryStream(data);
                }

                writer.WriteEntry(entry);
            }
        }

        return result.ToArray();
    }

    public static byte[] Gzip(byte[] data)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(data);
        }

        return result.ToArray();
    }
}
