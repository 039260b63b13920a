using ActiveInas.Data.Images;

namespace ActiveInas.Data.Trees;

/// <summary>Some images that were read together.</summary>
/// <param name="Images">All of one size, without labels, under their names.</param>
/// <param name="Problems">Files that could not be read.</param>
public sealed record ImageBatch(ImageSet Images, IReadOnlyList<DataProblem> Problems);

/// <summary>Image files of folders, archives and single files, decoded batch by batch: the memory taken is that of the names and of two batches.</summary>
/// <remarks>An image has the pixels that it would have in a data set of the same size.</remarks>
public sealed class ImageReader
{
    private readonly Source[] _sources;

    private ImageReader(Source[] sources) => _sources = sources;

    /// <summary>Image files that were found.</summary>
    public int Count => _sources.Sum(source => source.Files.Count);

    /// <summary>Lists the images.</summary>
    /// <param name="paths">Folders, archives (.zip, .tar, .tar.gz) and image files.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="DataException">A path does not exist, or a container is broken.</exception>
    public static ImageReader Open(IReadOnlyList<string> paths, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.FirstOrDefault(path => !Path.Exists(path)) is { } missing)
        {
            throw new DataException($"There is no '{missing}': give folders, .zip, .tar or .tar.gz archives, or image files.");
        }

        try
        {
            return new ImageReader([.. paths.Select(path => Source.Open(path, cancellation))]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The images cannot be listed: {exception.Message}", exception);
        }
    }

    /// <summary>Decodes the images in the order of the paths and, inside of one, in its own order; the next batch is decoded while the last one is looked at.</summary>
    /// <param name="height">H in pixels that images are resized to.</param>
    /// <param name="width">W in pixels.</param>
    /// <param name="batch">Most images of a batch.</param>
    /// <param name="cancellation">Asked before each file.</param>
    /// <exception cref="DataException">A container is broken.</exception>
    public IEnumerable<ImageBatch> Read(int height, int width, int batch, CancellationToken cancellation = default)
    {
        ImageDecoder.RequireLibrary();
        Task<ImageBatch>? pending = null;
        foreach (List<TreeContent> contents in TreeImages.Batches(_sources.SelectMany(source => source.Read(cancellation)), batch))
        {
            Task<ImageBatch> next = Task.Run(() => Decode(contents, height, width), cancellation);
            if (pending is not null)
            {
                yield return pending.GetAwaiter().GetResult();
            }

            pending = next;
        }

        if (pending is not null)
        {
            yield return pending.GetAwaiter().GetResult();
        }
    }

    private static ImageBatch Decode(List<TreeContent> contents, int height, int width)
    {
        DecodedImage?[] images = new DecodedImage?[contents.Count];
        DataProblem?[] problems = new DataProblem?[contents.Count];
        Parallel.For(0, contents.Count, i =>
        {
            try
            {
                images[i] = contents[i].Data is { } data ? Resizer.Resize(ImageDecoder.Decode(data, Math.Max(height, width)), height, width) : null;
                problems[i] = contents[i].Problem is { } problem ? new DataProblem(contents[i].Path, problem) : null;
            }
            catch (BadImageException exception)
            {
                problems[i] = new DataProblem(contents[i].Path, $"{exception.Message}: skipped");
            }
        });
        int[] read = [.. Enumerable.Range(0, images.Length).Where(i => images[i] is not null)];
        int size = height * width * 3;
        byte[] pixels = new byte[read.Length * size];
        for (int i = 0; i < read.Length; i++)
        {
            images[read[i]]!.Rgb.CopyTo(pixels, i * size);
        }

        int[] labels = new int[read.Length];
        Array.Fill(labels, ImageSet.Unknown);
        return new ImageBatch(new ImageSet(height, width, pixels, labels, [.. read.Select(i => contents[i].Path)]), [.. problems.OfType<DataProblem>()]);
    }

    /// <summary>What one path holds.</summary>
    /// <param name="Path">As it was given.</param>
    /// <param name="Tree">What reads it; null: a single file.</param>
    /// <param name="Files">Image files inside; of a single file an empty name.</param>
    /// <param name="Problems">What can be said without decoding.</param>
    private sealed record Source(string Path, ITree? Tree, IReadOnlySet<string> Files, IReadOnlyList<DataProblem> Problems)
    {
        public static Source Open(string path, CancellationToken cancellation)
        {
            if (File.Exists(path) && IsSingle(path))
            {
                return new Source(path, null, new HashSet<string> { "" }, []);
            }

            ITree tree = PathSource.Open(path);
            TreeListing listing = tree.List(cancellation);
            return new Source(path, tree, listing.Files.Where(file => file.Kind != ImageKind.None).Select(file => file.Path).ToHashSet(StringComparer.Ordinal), listing.Problems);
        }

        /// <summary>The files under the names by which a person finds them.</summary>
        public IEnumerable<TreeContent> Read(CancellationToken cancellation)
        {
            foreach (DataProblem problem in Problems)
            {
                yield return new TreeContent(Named(problem.Path), null, problem.Message);
            }

            IEnumerable<TreeContent> contents = Tree?.Read(Files, cancellation) ?? new FolderTree("").Read(new HashSet<string> { Path }, cancellation);
            foreach (TreeContent content in contents)
            {
                yield return Tree is null ? content : content with { Path = Named(content.Path) };
            }
        }

        private string Named(string inside) => System.IO.Path.Combine(Path, inside);

        /// <summary>An image, or what is called one and is not: a bad file, which the others need not suffer from.</summary>
        private static bool IsSingle(string path)
        {
            using FileStream stream = File.OpenRead(path);
            Span<byte> head = stackalloc byte[ImageKinds.SniffLength];
            head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
            return ImageKinds.Sniff(head) != ImageKind.None || ImageKinds.IsImageName(path);
        }
    }
}
