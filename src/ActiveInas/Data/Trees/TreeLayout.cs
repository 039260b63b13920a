namespace ActiveInas.Data.Trees;

/// <summary>Where an image of a source belongs.</summary>
/// <param name="Path">Inside the source.</param>
/// <param name="Test">Of the test part; else of the training part.</param>
/// <param name="Class">Its class folder; null in a pool of unlabelled images.</param>
internal sealed record PlannedImage(string Path, bool Test, string? Class);

/// <summary>Reads the folders of a source as parts and classes.</summary>
/// <remarks>
/// <c>[train|test]/CLASS/...</c>; <c>CLASS/[train|test]/...</c>; <c>CLASS/...</c>; or images without class folders, a pool. One folder around
/// everything, as archives often have it, is looked through, and so is a part folder inside its like (seg_train/seg_train/CLASS). A part
/// folder (<see cref="PartName"/>) counts as one when it holds class folders, or when only part folders are beside it: a class may be
/// called "train". A name that is not plain must have its counterpart beside it.
/// </remarks>
internal sealed class TreeLayout
{
    private readonly List<DataProblem> _problems = [];
    private readonly List<PlannedImage> _images = [];
    private readonly string _source;
    private readonly Part? _validation;
    private bool _joined;

    private TreeLayout(string source, Part? validation)
    {
        _source = source;
        _validation = validation;
    }

    /// <summary>In ordinal order of their paths.</summary>
    public IReadOnlyList<PlannedImage> Images => _images;

    /// <summary>Images outside of any class, ignored folders, empty class folders.</summary>
    public IReadOnlyList<DataProblem> Problems => _problems;

    /// <summary>Whether the training part has classes.</summary>
    public bool IsLabelled { get; private set; }

    /// <summary>A plan that something else than folders made.</summary>
    /// <param name="source">Name for messages.</param>
    /// <param name="images">All labelled.</param>
    /// <param name="problems">What was left out.</param>
    public static TreeLayout Of(string source, IEnumerable<PlannedImage> images, IEnumerable<DataProblem> problems)
    {
        var layout = new TreeLayout(source, null) { IsLabelled = true };
        layout._images.AddRange(images.OrderBy(image => image.Path, StringComparer.Ordinal));
        layout._problems.AddRange(problems);
        return layout;
    }

    /// <summary>All images as one pool without labels.</summary>
    public static TreeLayout PoolOf(string source, IEnumerable<string> images)
    {
        var layout = new TreeLayout(source, null);
        layout._images.AddRange(images.Order(StringComparer.Ordinal).Select(path => new PlannedImage(path, Test: false, Class: null)));
        return layout;
    }

    /// <summary>Plans a source.</summary>
    /// <param name="source">Name for messages.</param>
    /// <param name="images">Paths of its images.</param>
    /// <param name="folders">Its folders, as far as the source lists them.</param>
    /// <param name="validation">The part that validation folders are joined to; null: they are skipped.</param>
    /// <exception cref="DataException">Folders that cannot be understood.</exception>
    public static TreeLayout Resolve(string source, IEnumerable<string> images, IEnumerable<string> folders, Part? validation = null)
    {
        var layout = new TreeLayout(source, validation);
        Node root = Node.Build(images, folders);
        while (root.Images.Count == 0 && root.Folders.Count == 1 && PartName.Of(root.Folders.Values[0].Name) is not { IsPlain: true })
        {
            root = root.Folders.Values[0];
        }

        if (root.Folders.Values.Any(folder => PartOf(folder, root) is Part.Train or Part.Test))
        {
            layout.PlanParts(root);
        }
        else if (IsClassFirst(root))
        {
            layout.PlanClassFirst(root);
        }
        else
        {
            layout.RefuseEqualFolders(root);
            layout.IsLabelled = layout.PlanPart(root, test: false);
        }

        layout._problems.AddRange(root.TwiceSpelt().Select(folder => new DataProblem(folder.Path, "two folders of this name, once with composed and once with separate marks: they are taken as one")));
        if (validation is not null && !layout._joined)
        {
            throw new DataException($"{source}: `validationPart` is given, but there is no folder val, valid or validation beside a training part.");
        }

        layout._images.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        layout._problems.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return layout;
    }

    private static Part? PartOf(Node folder, Node parent)
    {
        if (PartName.Of(folder.Name) is not { } name)
        {
            return null;
        }

        bool paired = name.IsPlain || parent.Folders.Values.Any(other =>
            other.HasImages && PartName.Of(other.Name) is { } counterpart && counterpart.Affix == name.Affix
            && counterpart.Part != name.Part && (counterpart.Part == Part.Train || name.Part == Part.Train));
        bool isPart = folder.Folders.Values.Any(child => child.HasImages)
            || parent.Folders.Values.All(other => PartName.Of(other.Name) is not null || !other.HasImages);
        return paired && isPart ? name.Part : null;
    }

    /// <summary>Every class folder holds part folders and nothing else, at least one of them a training part.</summary>
    private static bool IsClassFirst(Node root)
    {
        Node[] classes = [.. root.Folders.Values.Where(folder => folder.HasImages)];
        return classes.Length > 1
            && classes.All(folder => folder.Images.Count == 0 && folder.Folders.Values.All(part => !part.HasImages || PartName.Of(part.Name) is not null))
            && classes.Any(folder => folder.Folders.Values.Any(part => part.HasImages && PartName.Of(part.Name) is { Part: Part.Train }));
    }

    private void PlanClassFirst(Node root)
    {
        IsLabelled = true;
        SkipUnclassed(root.Images);
        bool hasTest = root.Folders.Values.Any(folder => folder.Folders.Values.Any(part => part.HasImages && PartName.Of(part.Name) is { Part: Part.Test }));
        foreach (Node folder in root.Folders.Values)
        {
            if (!folder.HasImages)
            {
                _problems.Add(new DataProblem(folder.Path, "a folder without images: it is no class"));
            }

            foreach (Node part in folder.Folders.Values.Where(part => part.HasImages))
            {
                Part named = PartName.Of(part.Name)!.Value.Part;
                if (named == Part.Validation)
                {
                    JoinValidation(part, part.AllImages().Select(path => (path, (string?)folder.Name)), hasTest);
                }
                else
                {
                    _images.AddRange(part.AllImages().Select(path => new PlannedImage(path, named == Part.Test, folder.Name)));
                }
            }
        }
    }

    private void PlanParts(Node root)
    {
        Node? train = Only(root, Part.Train);
        Node? test = Only(root, Part.Test);
        Node? validation = Only(root, Part.Validation);
        foreach (Node other in root.Folders.Values.Where(folder => folder.HasImages && folder != train && folder != test && folder != validation))
        {
            _problems.Add(new DataProblem(other.Path, $"neither train nor test: its {Counted.Of(other.AllImages().Count(), "image is", "images are")} skipped"));
        }

        if (train is { HasImages: true })
        {
            SkipUnclassed(root.Images);
            IsLabelled = PlanPart(Inner(train), test: false);
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

        if (test is not null && !PlanPart(Inner(test), test: true) && test.HasImages)
        {
            _images.RemoveAll(image => image.Test);
            SkipUnclassed(test.AllImages());
        }

        if (validation is { HasImages: true })
        {
            Node inner = Inner(validation);
            IEnumerable<(string, string?)> images = inner.Folders.Values.SelectMany(folder => folder.AllImages().Select(path => (path, (string?)folder.Name)));
            JoinValidation(validation, IsLabelled ? images : inner.AllImages().Select(path => (path, (string?)null)), test is { HasImages: true });
        }
    }

    /// <summary>The validation part goes where it was asked to go; else it is skipped aloud.</summary>
    private void JoinValidation(Node part, IEnumerable<(string Path, string? Class)> images, bool hasTest)
    {
        if (_validation is null)
        {
            _problems.Add(new DataProblem(
                part.Path,
                $"a validation part: its {Counted.Of(part.AllImages().Count(), "image is", "images are")} skipped (`validationPart=pool` joins them to the training part, `validationPart=test` makes them the test part)"));
            return;
        }

        if (_validation == Part.Test && hasTest)
        {
            throw new DataException($"{_source}: `validationPart=test`, but there is a test part already: leave it out, or give `validationPart=pool`.");
        }

        _joined = true;
        _images.AddRange(images.Select(image => new PlannedImage(image.Path, _validation == Part.Test, image.Class)));
    }

    /// <summary>The folder of a part; two are an error.</summary>
    private Node? Only(Node root, Part part)
    {
        Node[] found = [.. root.Folders.Values.Where(folder => PartOf(folder, root) == part || (part == Part.Validation && PartName.Of(folder.Name) is { Part: Part.Validation }))];
        return found.Count(folder => folder.HasImages) < 2 ? found.FirstOrDefault(folder => folder.HasImages) ?? found.FirstOrDefault() : throw new DataException(
            $"{_source}: {string.Join(" and ", found.Select(folder => $"'{folder.Path}'"))} are each a {part.ToString().ToLowerInvariant()} part; wanted one. Leave out the others, for example `exclude={found[^1].Path}/**`.");
    }

    /// <summary>seg_train/seg_train/CLASS: the part is the inner folder.</summary>
    private static Node Inner(Node part)
    {
        Node[] filled = [.. part.Folders.Values.Where(folder => folder.HasImages)];
        return part.Images.Count == 0 && filled.Length == 1 && PartName.Of(part.Name)!.Value.Part == PartName.Of(filled[0].Name)?.Part ? Inner(filled[0]) : part;
    }

    /// <summary>Top folders that all hold the same folders are hardly the classes: two parts with other names, say.</summary>
    /// <exception cref="DataException">It is so.</exception>
    private void RefuseEqualFolders(Node root)
    {
        Node[] top = [.. root.Folders.Values.Where(folder => folder.HasImages)];
        string[][] inside = [.. top.Select(folder => folder.Folders.Values.Where(child => child.HasImages).Select(child => child.Name).ToArray())];
        string[] all = [.. inside.SelectMany(names => names).Distinct(StringComparer.Ordinal)];
        if (top.Length > 1 && Array.TrueForAll(inside, names => names.Length > 1 && 2 * names.Length > all.Length) && Array.TrueForAll(top, folder => folder.Images.Count == 0))
        {
            throw new DataException(
                $"{_source}: each of {Listed(top.Select(folder => folder.Name))} holds the folders {Listed(all)}: which are the classes? Where the inner ones are, call the outer ones train and test, "
                + "or give one of them as the data. Where the outer ones are, move the images out of the inner folders, or leave out those that hold none of their images, "
                + $"for example `exclude={all[^1]}`.");
        }

        static string Listed(IEnumerable<string> names) => string.Join(", ", names.Take(4).Select(name => $"'{name}'")) + (names.Count() > 4 ? ", ..." : "");
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

    /// <summary>A folder with what is in it. Folders whose names differ in Unicode's form alone are one, under the composed name.</summary>
    private sealed class Node(string name, string path)
    {
        private readonly HashSet<string> _spellings = [];

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

        /// <summary>The folder and those in it that stand in the source under two spellings.</summary>
        public IEnumerable<Node> TwiceSpelt() => Folders.Values.SelectMany(folder => folder.TwiceSpelt()).Concat(_spellings.Count > 1 ? [this] : Array.Empty<Node>());

        private Node Descend(ReadOnlySpan<string> names)
        {
            Node node = this;
            foreach (string name in names)
            {
                string composed = ComposedText.Of(name);
                if (!node.Folders.TryGetValue(composed, out Node? child))
                {
                    child = new Node(composed, node.Path.Length == 0 ? name : $"{node.Path}/{name}");
                    node.Folders.Add(composed, child);
                }

                child._spellings.Add(name);
                node = child;
            }

            return node;
        }
    }
}
