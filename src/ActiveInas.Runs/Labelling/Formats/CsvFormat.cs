using System.Text;
using ActiveInas.Data.Tables;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>A table: filename, label, and what else is known of an answer. Any table of docs/labels.md is read.</summary>
internal sealed class CsvFormat : ILabelFormat
{
    /// <inheritdoc/>
    public string Name => "csv";

    /// <inheritdoc/>
    public string DefaultName => "labels.csv";

    /// <inheritdoc/>
    public bool Recognises(ImportFile file) => !file.IsFolder;

    /// <inheritdoc/>
    public LabelExport Write(ExportRequest request)
    {
        StringBuilder text = new();
        text.AppendCsv(["filename", "label", .. AuditField.WithAction.Select(column => column.Name)]);
        foreach (ImageLabel image in request.Images)
        {
            request.Cancellation.ThrowIfCancellationRequested();
            text.AppendCsv([image.Path, image.Action == LabelAction.Bad ? LabelMarks.Bad : image.Class, .. AuditField.WithAction.Select(column => column.Of(image))]);
        }

        AtomicFile.WriteText(request.Destination, text.ToString());
        return new LabelExport(request.Destination, request.Images.Count, []);
    }

    /// <inheritdoc/>
    public FileLabels Read(ImportFile file, LabelSubject subject)
    {
        ClassNames classes = new(subject.Classes);
        LabelTable table = LabelTable.Read(file.Path, text => text == LabelMarks.Bad || LabelMarks.IsNone(text) || classes.Find(text) is not null);
        List<LabelProblem> problems = [];

        // Only a table of ours has words for an answer: what a column of that name holds elsewhere is not known.
        IReadOnlyList<string>? actions = table.Column(AuditField.Action.Name);
        bool isOurs = actions?.All(text => text.Length == 0 || AuditField.Action.With(new ImageLabel(string.Empty), text) is not null) == true;
        (AuditField Field, IReadOnlyList<string> Texts)[] columns = !isOurs ? [] :
        [
            .. AuditField.All.Select(field => (field, Texts: table.Column(field.Name))).Where(column => column.Texts is not null)
                .Select(column => (column.field, column.Texts!)),
        ];
        List<FileLabel> lines = [];
        foreach ((int i, LabelLine line) in table.Lines.Index())
        {
            string place = $"line {line.Line}";
            ImageLabel image = isOurs ? Answered(line, actions![i], place, problems) : Plain(line, classes);
            foreach ((AuditField field, IReadOnlyList<string> texts) in columns)
            {
                image = field.Take(image, texts[i], place, problems);
            }

            lines.Add(new FileLabel(place, image));
        }

        return new FileLabels(lines) { MayHaveIndices = !isOurs, Problems = problems, Notices = table.Notices };
    }

    private static ImageLabel Plain(LabelLine line, ClassNames classes)
    {
        ImageLabel image = new(line.Image);
        return line.Label == LabelMarks.Bad ? image with { Action = LabelAction.Bad }
            : line.Label.Length == 0 || (LabelMarks.IsNone(line.Label) && classes.Find(line.Label) is null) ? image
            : image with { Action = LabelAction.Label, Class = line.Label };
    }

    private static ImageLabel Answered(LabelLine line, string action, string place, List<LabelProblem> problems)
    {
        ImageLabel image = AuditField.Action.Take(new ImageLabel(line.Image), action, place, problems);
        if (image.Action == LabelAction.Label && line.Label.Length == 0)
        {
            problems.Add(new LabelProblem(place, line.Image, "has a label without a class", "a class, or another action"));
        }

        return image.Action == LabelAction.Label ? image with { Class = line.Label } : image;
    }
}
