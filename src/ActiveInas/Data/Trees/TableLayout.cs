using ActiveInas.Data.Tables;

namespace ActiveInas.Data.Trees;

/// <summary>Reads a table of images and classes as the plan of a source whose folders say nothing: the commonest way in which sets are published.</summary>
/// <remarks>The table is read as <see cref="LabelTable"/> says; images are found by name alone, since a folder has no positions. A column "split" (or part, subset, set) with
/// train, test or val makes the parts; without one a fifth is held out.</remarks>
internal static class TableLayout
{
    /// <summary>Plans a source.</summary>
    /// <param name="source">Name for messages.</param>
    /// <param name="images">Paths of its images.</param>
    /// <param name="path">The table.</param>
    /// <param name="validation">The part that validation lines are joined to; null: they are skipped.</param>
    /// <exception cref="DataException">The table is wrong, or fits another source.</exception>
    public static TreeLayout Resolve(string source, IReadOnlyList<string> images, string path, Part? validation)
    {
        LabelTable table = LabelTable.Read(path, isClass: null);
        int nones = NonesOfAClass(table.Lines);
        LabelLine[] lines = [.. table.Lines.Where(line => HasClass(line) || (nones > 0 && IsNone(line)))];
        int?[] found = new ImageIndex(images).FindAll(path, lines);
        Dictionary<int, (LabelLine Line, Part Part)> planned = [];
        List<LabelLine> missing = [];
        List<LabelLine> held = [];
        foreach ((LabelLine line, int? image) in lines.Zip(found))
        {
            if (image is not { } place)
            {
                missing.Add(line);
            }
            else if ((PartOf(path, line) is Part.Validation ? validation : PartOf(path, line)) is not { } part)
            {
                held.Add(line);
            }
            else if (planned.TryGetValue(place, out (LabelLine Line, Part Part) known) && (known.Line.Label != line.Label || known.Part != part))
            {
                throw Wrong(path, line, $"image {line.Image} is {line.Label} ({part}) here but {known.Line.Label} ({known.Part}) in line {known.Line.Line}; keep one of the two");
            }
            else
            {
                planned[place] = (line, part);
            }
        }

        if (missing.Count > planned.Count + held.Count)
        {
            throw Wrong(
                path, missing[0],
                $"'{missing[0].Image}' is no image of {source}, and so {Counted.Word(missing.Count, "is", "are")} {missing.Count} of {Counted.Of(lines.Length, "line")}; wanted paths or names of its images, such as {images[0]}");
        }

        return TreeLayout.Of(
            source,
            planned.Select(entry => new PlannedImage(images[entry.Key], entry.Value.Part == Part.Test, ComposedText.Of(entry.Value.Line.Label))),
            Nones(path, table, nones).Concat(Problems(path, table, lines.Length, missing, held, [.. images.Where((_, i) => !planned.ContainsKey(i))], planned.Count)));
    }

    private static bool HasClass(LabelLine line) => line.Label.Length > 0 && line.Label != LabelMarks.Bad && !LabelMarks.IsNone(line.Label);

    private static bool IsNone(LabelLine line) => line.Label.Equals(LabelMarks.None, StringComparison.OrdinalIgnoreCase);

    /// <summary>Lines of the class "none": where they are as many as those of the rarest other class, they are no gaps in the table. 0: there is no such class.</summary>
    private static int NonesOfAClass(IReadOnlyList<LabelLine> lines)
    {
        int nones = lines.Count(IsNone);
        int rarest = lines.Where(HasClass).CountBy(line => line.Label).Select(pair => pair.Value).DefaultIfEmpty().Min();
        return rarest > 0 && nones >= rarest ? nones : 0;
    }

    private static IEnumerable<DataProblem> Nones(string path, LabelTable table, int ofAClass)
    {
        int nones = table.Lines.Count(IsNone);
        string lines = $"{Counted.Of(nones, "line")} {Counted.Word(nones, "has", "have")} '{LabelMarks.None}'";
        if (ofAClass > 0)
        {
            yield return new DataProblem(path, $"{lines}, as many as a class: read as a class of that name; where it means that there is no class, leave the field empty");
        }
        else if (nones > 0)
        {
            yield return new DataProblem(path, $"{lines}, fewer than any class: read as no class; where it is a class, give it another name");
        }
    }

    private static IEnumerable<DataProblem> Problems(
        string path, LabelTable table, int labelled, List<LabelLine> missing, List<LabelLine> held, string[] others, int planned)
    {
        foreach (string notice in table.Notices)
        {
            yield return new DataProblem(path, notice);
        }

        foreach (LabelLine line in missing)
        {
            yield return new DataProblem(path, $"line {line.Line}: there is no image '{line.Image}': skipped");
        }

        if (labelled < table.Lines.Count)
        {
            yield return new DataProblem(path, $"{table.Lines.Count - labelled} of {Counted.Of(table.Lines.Count, "line")} {Counted.Word(table.Lines.Count - labelled, "has", "have")} no class: skipped");
        }

        if (held.Count > 0)
        {
            yield return new DataProblem(
                path,
                $"{Counted.Of(held.Count, "line is", "lines are")} of a validation part: skipped (`validationPart=pool` joins them to the training part, `validationPart=test` makes them the test part)");
        }

        if (others.Length > 0)
        {
            yield return new DataProblem(others[0], $"{(others.Length == 1 ? "this image is" : $"this and {Counted.Of(others.Length - 1, "more image")} are")} not among the {planned} that {path} labels: skipped");
        }
    }

    private static Part PartOf(string path, LabelLine line) => line.Part switch
    {
        null or "" => Part.Train,
        { } text => PartName.Of(text)?.Part ?? throw Wrong(path, line, $"'{text}' is no part; wanted train, test or val"),
    };

    private static DataException Wrong(string path, LabelLine line, string what) => new($"{path}, line {line.Line}: {what}.");
}
