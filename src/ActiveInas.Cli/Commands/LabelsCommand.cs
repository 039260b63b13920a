using System.CommandLine;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Runs.Labelling;
using ActiveInas.Runs.Labelling.Formats;
using ActiveInas.Runs.Output;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas labels export|import PROJECT</c>: labels of a project to and from files of other programs.</summary>
internal static class LabelsCommand
{
    private const int Shown = 5;

    private static string Formats => string.Join(", ", LabelFormats.Names);

    public static Command Create(Terminal terminal) => new("labels", "Write the labels of a labelling project into a file of another program, or read them from one.")
    {
        Export(terminal),
        Import(terminal),
    };

    private static Argument<string> Project() => new("PROJECT") { Description = "folder of a labelling project that no other process serves" };

    private static Command Export(Terminal terminal)
    {
        Argument<string> root = Project();
        Option<string> format = new("--format") { Description = $"one of {Formats}", HelpName = "F", Required = true };
        Option<string?> output = new("--out")
        {
            Description = "a file, which is replaced, or an empty folder for tree, fiftyone and imagenet-txt (default: in the project's folder)",
            HelpName = "PATH",
        };
        Command command = new("export", "Write what is known of every image.") { root, format, output };
        command.SetAction((parsed, _) =>
        {
            string name = KnownFormat(parsed.GetRequiredValue(format));
            using Signals signals = new(terminal, stopping: null);
            using LabellingProject project = LabellingProject.Open(parsed.GetRequiredValue(root));
            string path = parsed.GetValue(output) ?? Path.Combine(project.Root, LabelFormats.DefaultName(name));
            LabelExport export = NamedFiles.Write("The labels", "--out", () => project.Export(name, path, signals.Token));
            Write(terminal, name, export, parsed.GetValue(CommonOptions.Json));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static Command Import(Terminal terminal)
    {
        Argument<string> root = Project();
        Argument<string> file = new("FILE") { Description = "a file or folder with labels, as docs/labels.md has them" };
        Option<string?> format = new("--format") { Description = $"one of {Formats} (default: what the content looks like)", HelpName = "F" };
        Option<bool> add = new("--add-classes") { Description = "make classes that only the file knows classes of the project" };
        Option<bool> dryRun = new("--dry-run") { Description = "say what is in the file, and import nothing" };
        Command command = new("import", "Take labels from a file or folder, all of it or nothing; labels of the project are kept.") { root, file, format, add, dryRun };
        command.SetAction(async (parsed, _) =>
        {
            string? name = parsed.GetValue(format) is { } given ? KnownFormat(given) : null;
            using LabellingProject project = LabellingProject.Open(parsed.GetRequiredValue(root));
            LabelImport labels = project.ReadLabels(parsed.GetRequiredValue(file), name).OrThrow();
            ImportOutcome? outcome = parsed.GetValue(dryRun) ? null : await project.ImportAsync(labels, parsed.GetValue(add)).ConfigureAwait(false);
            Write(terminal, labels, outcome, parsed.GetValue(CommonOptions.Json));
            return ExitCode.Ok;
        });
        return command;
    }

    private static string KnownFormat(string format) => LabelFormats.Names.Contains(format)
        ? format
        : throw new UsageException(
            $"--format '{format}' is not known; it must be one of {Formats}"
            + (Spelling.Closest(format, LabelFormats.Names) is { } close ? $"; did you mean {close}?" : string.Empty));

    private static void Write(Terminal terminal, string format, LabelExport export, bool json)
    {
        if (json)
        {
            terminal.Out.WriteLine(JsonText.Write(new JsonObject
            {
                ["schema_version"] = RunDocument.SchemaVersion,
                ["format"] = format,
                ["path"] = export.Path,
                ["images"] = export.Images,
                ["notices"] = Texts(export.Notices),
            }));
            return;
        }

        Tables.Fact(terminal.Result, "images", $"{export.Images:N0}");
        Tables.Fact(terminal.Result, format, export.Path);
        WriteNotices(terminal, export.Notices);
    }

    private static void Write(Terminal terminal, LabelImport labels, ImportOutcome? outcome, bool json)
    {
        IReadOnlyList<string> notices =
        [
            .. labels.Notices,
            .. Said("no images of the project, left out", [.. labels.Unknown.Select(problem => $"{problem.Place}, {problem.Value}")]),
            .. Said("labelled otherwise in the project, which keeps its labels", outcome?.Conflicts ?? []),
        ];
        if (json)
        {
            terminal.Out.WriteLine(JsonText.Write(new JsonObject
            {
                ["schema_version"] = RunDocument.SchemaVersion,
                ["format"] = labels.Format,
                ["answers"] = Answers(labels),
                ["imported"] = outcome?.Imported ?? 0,
                ["unchanged"] = outcome?.Unchanged ?? 0,
                ["conflicts"] = Texts(outcome?.Conflicts ?? []),
                ["unknown"] = Texts(labels.Unknown.Select(problem => problem.Value)),
                ["new_classes"] = Texts(labels.NewClasses),
                ["notices"] = Texts(notices),
            }));
            return;
        }

        Tables.Fact(terminal.Result, labels.Format, $"{Answers(labels):N0} answers in {labels.File}");
        if (labels.NewClasses.Count > 0)
        {
            Tables.Fact(terminal.Result, "new classes", string.Join(", ", labels.NewClasses));
        }

        string done = outcome is null ? "nothing: a dry run" : $"{outcome.Imported:N0}, {outcome.Unchanged:N0} known already, {outcome.Conflicts.Count:N0} kept as they are";
        Tables.Fact(terminal.Result, "imported", done);
        WriteNotices(terminal, notices);
    }

    private static int Answers(LabelImport labels) => labels.Labels.Count(label => label.Action != LabelAction.None);

    private static void WriteNotices(Terminal terminal, IReadOnlyList<string> notices)
    {
        foreach (string notice in notices)
        {
            terminal.Error.WriteLine(Printable.Text(notice));
        }
    }

    private static string[] Said(string what, IReadOnlyList<string> names)
        => names.Count == 0 ? [] : [$"{names.Count:N0} {what}: {string.Join("; ", names.Take(Shown))}{(names.Count > Shown ? "; ..." : string.Empty)}"];

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
