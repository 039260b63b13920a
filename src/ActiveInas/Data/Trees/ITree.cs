using ActiveInas.Data.Images;

namespace ActiveInas.Data.Trees;

/// <summary>A file of a source.</summary>
/// <param name="Path">Inside the source, '/' separators.</param>
/// <param name="Kind">By its first bytes; <see cref="ImageKind.None"/> for anything that is no readable image.</param>
internal sealed record TreeFile(string Path, ImageKind Kind);

/// <summary>What a source holds, hidden files left out.</summary>
/// <param name="Files">In the source's own order.</param>
/// <param name="Folders">Folders that are entries of their own, empty ones included.</param>
/// <param name="Problems">Entries that cannot be read.</param>
internal sealed record TreeListing(IReadOnlyList<TreeFile> Files, IReadOnlyList<string> Folders, IReadOnlyList<DataProblem> Problems);

/// <summary>A file's bytes, or why they cannot be had.</summary>
internal sealed record TreeContent(string Path, byte[]? Data, string? Problem);

/// <summary>A folder or an archive of images, read without unpacking.</summary>
internal interface ITree
{
    /// <summary>Lists the source.</summary>
    /// <exception cref="DataException">The container is broken.</exception>
    TreeListing List(CancellationToken cancellation);

    /// <summary>Reads the files asked for, in the source's own order.</summary>
    /// <exception cref="DataException">The container is broken.</exception>
    IEnumerable<TreeContent> Read(IReadOnlySet<string> paths, CancellationToken cancellation);
}
