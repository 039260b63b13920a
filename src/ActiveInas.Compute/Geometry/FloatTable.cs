using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ActiveInas.Compute.Geometry;

/// <summary>Many floats in memory or in a memory-mapped temporary file; who reads them need not know which.</summary>
/// <example><code>using FloatTable table = FloatTable.Map(Path.GetTempPath(), rows * 512);</code></example>
/// <remarks>At most <see cref="MaxCount"/> elements. A span of a mapped table must not be used after <see cref="Dispose"/>; a table in memory
/// stays usable.</remarks>
[CollectionBuilder(typeof(FloatTable), nameof(Create))]
public sealed unsafe class FloatTable : IReadOnlyList<float>, IDisposable
{
    private const int CacheLine = 64;

    private readonly float[]? _array;
    private readonly int _offset;
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private bool _disposed;

    private FloatTable(float[] array, int offset, int count) => (_array, _offset, Count) = (array, offset, count);

    private FloatTable(MemoryMappedFile file, MemoryMappedViewAccessor view, int count) => (_file, _view, Count) = (file, view, count);

    /// <summary>Elements of the largest table: 8 GiB, less a cache line.</summary>
    internal static int MaxCount => Array.MaxLength - (CacheLine / sizeof(float));

    /// <summary>Elements.</summary>
    public int Count { get; }

    /// <summary>Elements, as an array calls them.</summary>
    public int Length => Count;

    /// <summary>Whether the elements are in a file.</summary>
    internal bool IsMapped => _view is not null;

    /// <summary>All elements.</summary>
    public Span<float> Span
    {
        get
        {
            if (_array is not null)
            {
                return _array.AsSpan(_offset, Count);
            }

            ObjectDisposedException.ThrowIf(_disposed, this);

            // The view covers Count floats and is released in Dispose only.
            byte* pointer = null;
            _view!.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            return new Span<float>(pointer + _view.PointerOffset, Count);
        }
    }

    /// <summary>One element.</summary>
    public float this[int index]
    {
        get => Span[index];
        set => Span[index] = value;
    }

    /// <summary>Wraps an array without copying it.</summary>
    [return: NotNullIfNotNull(nameof(values))]
    public static implicit operator FloatTable?(float[]? values) => values is null ? null : new FloatTable(values, 0, values.Length);

    /// <summary>A table of the given values.</summary>
    internal static FloatTable Create(ReadOnlySpan<float> values) => new(values.ToArray(), 0, values.Length);

    /// <summary>Zeros in memory; the first element is aligned to a cache line.</summary>
    /// <param name="count">Elements.</param>
    public static FloatTable Allocate(long count)
    {
        // Pinned, so that the alignment lasts.
        float[] array = GC.AllocateArray<float>(Checked(count) + (CacheLine / sizeof(float)), pinned: true);
        int misaligned = (int)((ulong)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array)) % CacheLine);
        return new FloatTable(array, (CacheLine - misaligned) % CacheLine / sizeof(float), (int)count);
    }

    /// <summary>Zeros in a new file, which the operating system writes out when memory is short. The file is gone after
    /// <see cref="Dispose"/>; where a mapped file can be unlinked, it has no name from the start, so that a killed process leaves nothing.</summary>
    /// <param name="folder">Where; it must exist.</param>
    /// <param name="count">Elements.</param>
    public static FloatTable Map(string folder, long count)
    {
        int elements = Checked(count);
        string path = Path.Combine(folder, $"ainas-embeddings-{Guid.NewGuid():N}.tmp");
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            Options = FileOptions.DeleteOnClose,
        };
        FileStream stream = new(path, options);
        try
        {
            long bytes = Math.Max(1, (long)elements * sizeof(float));
            stream.SetLength(bytes);
            MemoryMappedFile file = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
            MemoryMappedViewAccessor view = file.CreateViewAccessor(0, bytes);
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(path);
            }

            return new FloatTable(file, view, elements);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Elements <paramref name="start"/>..<paramref name="start"/> + <paramref name="length"/> - 1.</summary>
    public Span<float> AsSpan(int start, int length) => Span.Slice(start, length);

    /// <inheritdoc/>
    public IEnumerator<float> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Releases the file of a mapped table.</summary>
    public void Dispose()
    {
        _disposed = true;
        _view?.Dispose();
        _file?.Dispose();
    }

    private static int Checked(long count)
        => count >= 0 && count <= MaxCount
            ? (int)count
            : throw new ArgumentOutOfRangeException(nameof(count), count, $"A table holds 0..{MaxCount} floats; query a part of the pool.");
}
