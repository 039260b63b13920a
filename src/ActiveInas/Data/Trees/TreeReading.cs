using ActiveInas.Data.Images;

namespace ActiveInas.Data.Trees;

/// <summary>What the three kinds of source share.</summary>
internal static class TreeReading
{
    /// <summary>Files beyond this are no photos.</summary>
    public const long MaximumFile = 256L << 20;

    /// <summary>Looks at the first bytes and adds the file or the problem.</summary>
    public static void Classify(string path, Stream content, List<TreeFile> files, List<DataProblem> problems)
    {
        Span<byte> head = stackalloc byte[ImageKinds.SniffLength];
        head = head[..content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        ImageKind kind = ImageKinds.Sniff(head);
        files.Add(new TreeFile(path, kind));
        if (kind == ImageKind.None)
        {
            problems.Add(new DataProblem(path, ImageKinds.Describe(path, head)));
        }
    }

    /// <summary>All bytes of a stream of a known length.</summary>
    /// <exception cref="EndOfStreamException">There are fewer: GZipStream ends quietly where its file is cut off.</exception>
    public static byte[] ReadAll(Stream content, long length)
    {
        byte[] data = new byte[length];
        content.ReadExactly(data);
        return data;
    }

    /// <summary>Whether the exception says that a container is broken, or cannot be read.</summary>
    public static bool IsBroken(Exception exception) => exception is IOException or InvalidDataException or FormatException
        or ArgumentException or NotSupportedException or InvalidOperationException or OverflowException or UnauthorizedAccessException
        or IndexOutOfRangeException;
}
