using ActiveInas.Data.Images;
using ActiveInas.Data.Named;

namespace ActiveInas.Data.Trees;

/// <summary>A folder or archive of image files.</summary>
internal sealed class PathSource(string path)
{
    private const int TarMagicOffset = 257;

    /// <summary>Loads it.</summary>
    public async Task<Dataset> LoadAsync(SourceContext context)
    {
        ITree tree = Open(path);
        TreeListing listing = Chosen(tree.List(context.Cancellation), context.Request);
        if (tree is FolderTree && listing.Folders.FirstOrDefault(folder => !TreePath.CanBeOpened(folder)) is { } unnamed)
        {
            throw new DataException($"{path}: the folder {unnamed}: {TreePath.NotUnicode}, or leave it out with `exclude={unnamed.Replace('\uFFFD', '?')}`.");
        }

        string[] images = [.. listing.Files.Where(file => file.Kind != ImageKind.None).Select(file => file.Path)];
        if (images.Length == 0)
        {
            throw new DataException(NoImages(listing, []));
        }

        if (NamedSetFiles.Advice(path, listing.Files.Where(file => file.Kind == ImageKind.None).Select(file => file.Path)) is { } advice)
        {
            listing = listing with { Problems = [.. listing.Problems, new DataProblem(path, advice)] };
        }

        Part? validation = context.Request.ValidationPart switch { null => null, ValidationUse.Pool => Part.Train, _ => Part.Test };
        TreeLayout layout = context.Request switch
        {
            { LabelsTable: { } table } => TableLayout.Resolve(path, images, table, validation),
            { Unlabelled: true } => TreeLayout.PoolOf(path, images),
            _ => TreeLayout.Resolve(path, images, listing.Folders, validation),
        };
        if (layout.Images.Count == 0)
        {
            throw new DataException(NoImages(listing, []));
        }

        string[] paths = [.. layout.Images.Select(image => image.Path)];
        TreeImages decoded = await TreeImages.LoadAsync(tree, path, paths, context);
        IEnumerable<DataProblem> found = [.. listing.Problems, .. layout.Problems, .. decoded.Problems];
        DataProblem[] problems = [.. found.OrderBy(problem => problem.Path, StringComparer.Ordinal)];
        if (decoded.Images.All(image => image is null))
        {
            throw new DataException(NoImages(listing, problems));
        }

        Dataset dataset = new TreeAssembly(path, context.Request, layout, decoded.Images, problems).Build();
        return dataset with { Loss = Loss(listing, layout, decoded.Images), Notices = [.. LeftOut(layout), .. decoded.Notice is { } notice ? [notice] : Array.Empty<string>()] };
    }

    /// <summary>Images that stand where no class is: few enough are told one by one.</summary>
    private static IEnumerable<string> LeftOut(TreeLayout layout)
    {
        const int Told = 3;
        return layout.Problems.Take(Told).Select(problem => $"{problem}.")
            .Concat(layout.Problems.Count > Told ? [$"{layout.Problems.Count - Told} more like these: 'ainas data' lists them."] : Array.Empty<string>());
    }

    /// <summary>What is missing of the images that the layout plans, and of files that are called images but are of no kind that is read.</summary>
    private static DataLoss? Loss(TreeListing listing, TreeLayout layout, IReadOnlyList<DecodedImage?> images)
    {
        HashSet<string> read = [.. listing.Files.Where(file => file.Kind != ImageKind.None).Select(file => file.Path)];
        string[] refused =
        [
            .. listing.Files.Select(file => file.Path).Concat(listing.Problems.Select(problem => problem.Path)).Distinct()
                .Where(path => ImageKinds.IsImageName(path) && !read.Contains(path)),
        ];
        int skipped = images.Count(image => image is null) + refused.Length;
        if (skipped == 0)
        {
            return null;
        }

        PlannedImage[] planned = [.. layout.Images.Where(image => !image.Test && image.Class is not null)];
        HashSet<string> left = [.. layout.Images.Where((image, i) => !image.Test && images[i] is not null).Select(image => image.Class).OfType<string>()];
        string[] above = [.. planned.Select(image => FolderAbove(ComposedText.Of(image.Path), image.Class!)).OfType<string>().Distinct()];
        IEnumerable<string> classes = planned.Select(image => image.Class!).Concat(above.SelectMany(folder => refused.Select(path => ClassBelow(folder, ComposedText.Of(path))).OfType<string>()));
        return new DataLoss(images.Count + refused.Length, skipped, [.. classes.Distinct().Where(name => !left.Contains(name)).Order(StringComparer.Ordinal)]);
    }

    /// <summary>The path up to the folder of a class, "" or "train/"; null: no folder says the class.</summary>
    private static string? FolderAbove(string path, string name)
        => $"/{path}".IndexOf($"/{name}/", StringComparison.Ordinal) is >= 0 and int end ? path[..end] : null;

    /// <summary>The folder in which a path lies below the one that holds the class folders; null: none.</summary>
    private static string? ClassBelow(string above, string path)
    {
        int end = path.StartsWith(above, StringComparison.Ordinal) ? path.IndexOf('/', above.Length) : -1;
        return end < 0 ? null : path[above.Length..end];
    }

    /// <summary>What --include and --exclude leave.</summary>
    private TreeListing Chosen(TreeListing listing, DataRequest request)
    {
        if ((request.Include ?? request.Exclude) is null)
        {
            return listing;
        }

        var filter = new PathFilter(request.Include, request.Exclude);
        string[] files = [.. listing.Files.Select(file => file.Path)];
        if (filter.Unmatched([.. files, .. listing.Folders]).ToArray() is { Length: > 0 } unmatched && files.Length > 0)
        {
            throw new DataException($"{path}: {string.Join(" and ", unmatched)}: nothing matches, for example {files.Min(StringComparer.Ordinal)} does not. Patterns: '*.jpg' anywhere, 'masks/**' a folder.");
        }

        var left = files.Where(file => !filter.Accepts(file)).ToHashSet(StringComparer.Ordinal);
        HashSet<string> emptied = [.. left.SelectMany(TreePath.FoldersOf)];
        emptied.ExceptWith(files.Where(file => !left.Contains(file)).SelectMany(TreePath.FoldersOf));
        return new TreeListing(
            [.. listing.Files.Where(file => !left.Contains(file.Path))],
            [.. listing.Folders.Where(folder => !filter.IsExcluded(folder) && !emptied.Contains(folder))],
            [.. listing.Problems.Where(problem => !filter.IsExcluded(problem.Path) && !left.Contains(problem.Path))]);
    }

    /// <summary>A folder or an archive, told by its first bytes.</summary>
    /// <exception cref="DataException">It is neither.</exception>
    public static ITree Open(string path)
    {
        if (Directory.Exists(path))
        {
            return new FolderTree(path);
        }

        byte[] head = new byte[TarMagicOffset + 5];
        using FileStream stream = File.OpenRead(path);
        int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> read = head.AsSpan(0, length);
        if (read.StartsWith("PK\u0003\u0004"u8) || read.StartsWith("PK\u0005\u0006"u8))
        {
            return new ZipTree(path);
        }

        if (read.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])
            || (length > TarMagicOffset && read[TarMagicOffset..].StartsWith("ustar"u8))
            || path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase))
        {
            return new TarTree(path);
        }

        if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) && length > 0)
        {
            return new ZipTree(path); // a zip file may begin with something else: what unpacks itself does
        }

        string packed = read is [(byte)'B', (byte)'Z', (byte)'h', ..] or [0xFD, (byte)'7', (byte)'z', ..] or [0x28, 0xB5, 0x2F, 0xFD, ..] or [(byte)'7', (byte)'z', ..] or [(byte)'R', (byte)'a', (byte)'r', ..]
            ? " It is packed in another way (bzip2, xz, zstd, 7z or RAR): unpack it and give the folder."
            : NamedSetFiles.Advice(path, [Path.GetFileName(path)]) is { } advice ? $" {advice}." : "";
        throw new DataException(
            $"{path}: neither a folder nor a .zip, .tar or .tar.gz archive "
            + $"(first bytes {Convert.ToHexString(read[..Math.Min(4, length)])} at offset 0).{packed}");
    }

    private string NoImages(TreeListing listing, DataProblem[] problems)
    {
        DataProblem? example = problems.Length > 0 ? problems[0] : listing.Problems.Count > 0 ? listing.Problems[0] : null;
        return $"{path}: no image that can be read among {Counted.Of(listing.Files.Count, "file")}. Wanted: JPEG, PNG, WebP, GIF, BMP, TIFF, PPM, HEIC, AVIF or JPEG XL files in "
            + $"[train|test]/CLASS/ folders, or without folders for a pool of unlabelled images."
            + (NamedSetFiles.Advice(path, listing.Files.Select(file => file.Path)) is { } advice ? $" But {advice}."
                : example is null ? "" : $" For example {example.Path}: {example.Message}.");
    }
}
