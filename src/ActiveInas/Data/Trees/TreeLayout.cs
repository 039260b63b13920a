namespace ActiveInas.Data.Trees;

/// <summary>Where an image of a source belongs.</summary>
/// <param name="Path">Inside the source.</param>
/// <param name="Test">Of the test part; else of the training part.</param>
/// <param name="Class">Its class folder; null in a pool of unlabelled images.</param>
internal sealed record PlannedImage(string Path, bool Test, string? Class);

/// <summary>Reads the folders of a source as parts and classes.</summary>
/// <remarks>
/// <c>[train|test]/CLASS/...</c>; <c>CLASS/...</c>; or images without class folders, a pool. One folder around everything, as
/// archives often have it, is looked through. A part folder in any case counts as one when it holds class folders, or when only part
/// folders are beside it: a class may be called "train".
/// </remarks>
internal sealed class TreeLayout
{
    private static readonly HashSet<string> s_otherParts = new(StringComparer.OrdinalIgnoreCase) { "val", "valid", "validation", "dev" };

    private readonly List<DataProblem> _problems = [];
    private readonly List<PlannedImage> _images = [];
    private readonly string _source;

    private TreeLayout(string source) => _source = source;

    /// <summary>In ordinal order of their paths.</summary>
    public IReadOnlyList<PlannedImage> Images => _images;

    /// <summary>Images outside of any class, ignored folders, empty class folders.</summary>
    public IReadOnlyList<DataProblem> Problems => _problems;

    /// <summary>Whether the training part has classes.</summary>
    public bool IsLabelled { get; private set; }

    /// <summary>Plans a source.</summary>
    /// <param name="source">Name for messages.</param>
    /// <param name="images">Paths of its images.</param>
    /// <param name="folders">Its folders, as far as the source lists them.</param>
    /// <exception cref="DataException">Folders that cannot be understood.</exception>
    public static TreeLayout Resolve(string source, IEnumerable<string> images, IEnumerable<string> folders)
    {
        var layout = new TreeLayout(source);
        Node root = Node.Build(images, folders);
        while (root.Images.Count == 0 && root.Folders.Count == 1 && !IsPart(root.Folders.Values[0].Name, "train", "test"))
        {
            root = root.Folders.Values[0];
        }

        if (root.Folders.Values.Any(folder => IsPartFolder(folder, root)))
        {
            layout.PlanParts(root);
        }
        else
        {
            layout.IsLabelled = layout.PlanPart(root, test: false);
        }

        layout._images.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        layout._problems.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return layout;
    }

    private static bool IsPart(string name, params ReadOnlySpan<string> parts)
    {
        foreach (string part in parts)
        {
            if (name.Equals(part, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPartFolder(Node folder, Node root) => IsPart(folder.Name, "train", "test")
        && (folder.Folders.Values.Any(child => child.HasImages)
            || root.Folders.Values.All(other => IsPart(other.Name, "train", "test") || s_otherParts.Contains(other.Name) || !other.HasImages));

    private void PlanParts(Node root)
    {
        Node? train = root.Folders.Values.FirstOrDefault(folder => IsPart(folder.Name, "train"));
        foreach (Node other in root.Folders.Values.Where(folder => folder.HasImages && !IsPart(folder.Name, "train", "test")))
        {
            _problems.Add(new DataProblem(other.Path, $"neither train nor test: its {other.AllImages().Count()} images are skipped"));
        }

        if (train is { HasImages: true })
        {
            SkipUnclassed(root.Images);
            IsLabelled = PlanPart(train, test: false);
        }
        else if (root.Images.Count > 0)
        {
            _images.AddRange(root.Images.Select(path => new PlannedImage(path, Test: false, Class: null)));
        }
        else
        {
            throw new DataException(
                $"{_source}: has a test part but no images to train on. Wanted: train/CLASS/* beside test/CLASS/*, or CLASS/* alone.");
        }

        foreach (Node test in root.Folders.Values.Where(folder => IsPart(folder.Name, "test")))
        {
            if (!PlanPart(test, test: true) && test.HasImages)
            {
                _images.RemoveAll(image => image.Test);
                SkipUnclassed(test.AllImages());
            }
        }
    }

    /// <summary>Plans the class folders of a part, or its images as a pool; says whether there are classes.</summary>
    private bool PlanPart(Node part, bool test)
    {
        bool labelled = part.Folders.Values.Any(folder => folder.HasImages);
        if (!labelled)
        {
            _images.AddRange(part.Images.Select(path => new PlannedImage(path, test, Class: null)));
        }
        else
        {
            SkipUnclassed(part.Images);
        }

        foreach (Node folder in part.Folders.Values)
        {
            if (!folder.HasImages)
            {
                _problems.Add(new DataProblem(folder.Path, "a folder without images: it is no class"));
            }

            _images.AddRange(folder.AllImages().Select(path => new PlannedImage(path, test, folder.Name)));
        }

        return labelled;
    }

    private void SkipUnclassed(IEnumerable<string> paths) =>
        _problems.AddRange(paths.Select(path => new DataProblem(path, "not in a class folder: skipped")));

    /// <summary>A folder with what is in it.</summary>
    private sealed class Node(string name, string path)
    {
        public string Name { get; } = name;

        public string Path { get; } = path;

        public List<string> Images { get; } = [];

        public SortedList<string, Node> Folders { get; } = new(StringComparer.Ordinal);

        public bool HasImages => Images.Count > 0 || Folders.Values.Any(folder => folder.HasImages);

        public static Node Build(IEnumerable<string> images, IEnumerable<string> folders)
        {
            var root = new Node("", "");
            foreach (string folder in folders)
            {
                root.Descend(folder.Split('/'));
            }

            foreach (string image in images)
            {
                root.Descend(image.Split('/').AsSpan()[..^1]).Images.Add(image);
            }

            return root;
        }

        public IEnumerable<string> AllImages() => Images.Concat(Folders.Values.SelectMany(folder => folder.AllImages()));

        private Node Descend(ReadOnlySpan<string> names)
        {
            Node node = this;
            foreach (string name in names)
            {
                if (!node.Folders.TryGetValue(name, out Node? child))
                {
                    child = new Node(name, node.Path.Length == 0 ? name : $"{node.Path}/{name}");
                    node.Folders.Add(name, child);
                }

                node = child;
            }

            return node;
        }
    }
}
