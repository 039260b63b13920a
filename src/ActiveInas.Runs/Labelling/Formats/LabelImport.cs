using ActiveInas.Data;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>What a file or folder says of the images of a project.</summary>
/// <param name="File">Where it was read.</param>
/// <param name="Format">Name of its format.</param>
/// <param name="Labels">One for each image that it names, with the project's path of it; empty where there are <paramref name="Problems"/>: all of a file or nothing.</param>
/// <param name="NewClasses">Classes that it knows and the project does not, in the file's order; some may have no label.</param>
/// <param name="Problems">Everything that keeps it from being taken.</param>
/// <param name="Unknown">What it says of files that are no images of the project.</param>
/// <param name="Notices">What a person should know about how it was read.</param>
public sealed record LabelImport(
    string File,
    string Format,
    IReadOnlyList<ImageLabel> Labels,
    IReadOnlyList<string> NewClasses,
    IReadOnlyList<LabelProblem> Problems,
    IReadOnlyList<LabelProblem> Unknown,
    IReadOnlyList<string> Notices)
{
    private const int Shown = 5;

    /// <summary>Refuses a file that cannot be taken whole.</summary>
    /// <returns>Itself.</returns>
    /// <exception cref="DataException">There are problems; the message holds the first few.</exception>
    public LabelImport OrThrow()
    {
        if (Problems.Count == 0)
        {
            return this;
        }

        string more = Problems.Count > Shown ? $"; and {Problems.Count - Shown} more" : string.Empty;
        throw new DataException($"{File}: nothing was imported: {string.Join("; ", Problems.Take(Shown))}{more}.");
    }
}
