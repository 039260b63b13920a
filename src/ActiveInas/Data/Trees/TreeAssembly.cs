using ActiveInas.Data.Images;

namespace ActiveInas.Data.Trees;

/// <summary>Makes the data set of the decoded images: classes, labels, parts.</summary>
internal sealed class TreeAssembly(
    string source, DataRequest request, TreeLayout layout, IReadOnlyList<DecodedImage?> images, IReadOnlyList<DataProblem> problems)
{
    private readonly List<DataProblem> _problems = [.. problems];

    /// <summary>Builds it.</summary>
    public Dataset Build()
    {
        int[] train = Present(test: false);
        int[] test = Present(test: true);
        if (train.Length == 0)
        {
            throw new DataException($"{source}: no image of the training part can be read; {Counted.Of(_problems.Count, "problem")}, first: {First()}.");
        }

        string[] classes = ClassNames(layout.IsLabelled ? train : test);
        CheckClasses(classes, test);
        if (layout.IsLabelled && test.Length == 0)
        {
            (train, test) = Split(classes, train);
        }

        ImageSet pool = Collect(train, classes);
        return new Dataset(
            request.Source,
            classes,
            pool,
            test.Length == 0 ? null : Collect(test, classes),
            PixelStatistics.Normalization(pool),
            MirrorSafe: null,
            _problems);
    }

    private int[] Present(bool test) =>
        [.. Enumerable.Range(0, images.Count).Where(i => images[i] is not null && layout.Images[i].Test == test)];

    private string[] ClassNames(int[] members) => [.. members
        .Select(i => layout.Images[i].Class)
        .OfType<string>()
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal)];

    private void CheckClasses(string[] classes, int[] test)
    {
        if (classes.Length == 1)
        {
            throw new DataException($"{source}: only one class has images ('{classes[0]}'); wanted two or more class folders. {First()}");
        }

        foreach (int i in test)
        {
            if (layout.IsLabelled && !classes.Contains(layout.Images[i].Class, StringComparer.Ordinal))
            {
                throw new DataException(
                    $"{source}: class '{layout.Images[i].Class}' has images in the test part ({layout.Images[i].Path}) "
                    + "but none that can be read in the training part: such a class cannot be learned. Add training images or remove its test folder.");
            }
        }
    }

    private (int[] Train, int[] Test) Split(string[] classes, int[] members)
    {
        int[] labels = Labels(members, classes);
        bool[] chosen = TestSplit.Choose(classes, labels, request.Seed);
        foreach (string single in classes.Where((_, label) => labels.Count(value => value == label) == 1))
        {
            _problems.Add(new DataProblem(single, "a class with one image: it has none in the test part"));
        }

        return ([.. members.Where((_, i) => !chosen[i])], [.. members.Where((_, i) => chosen[i])]);
    }

    private int[] Labels(int[] members, string[] classes)
    {
        var index = classes.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        return [.. members.Select(i => layout.Images[i].Class is { } name ? index[name] : ImageSet.Unknown)];
    }

    private ImageSet Collect(int[] members, string[] classes)
    {
        DecodedImage first = images[members[0]]!;
        long length = (long)first.Rgb.Length * members.Length;
        if (length > Array.MaxLength)
        {
            throw new DataException(
                $"{source}: {members.Length} images of {first.Width}x{first.Height} pixels need {length} bytes, more than {Array.MaxLength}. "
                + "Give a smaller `imageSize`.");
        }

        byte[] pixels = new byte[length];
        for (int i = 0; i < members.Length; i++)
        {
            images[members[i]]!.Rgb.CopyTo(pixels, i * first.Rgb.Length);
        }

        string[] names = [.. members.Select(i => layout.Images[i].Path)];
        return new ImageSet(first.Height, first.Width, pixels, Labels(members, classes), names);
    }

    private string First() => _problems.Count == 0 ? "" : $"{_problems[0].Path}: {_problems[0].Message}";
}
