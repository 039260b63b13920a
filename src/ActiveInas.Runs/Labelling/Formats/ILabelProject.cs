namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>A labelling project, as exports and imports see it.</summary>
public interface ILabelProject
{
    /// <summary>All images and what is known of them.</summary>
    IReadOnlyList<ImageLabel> Images { get; }

    /// <summary>Class names, by index.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>Where the images lie.</summary>
    string SourceFolder { get; }

    /// <summary>Takes the labels of a file, all or none.</summary>
    /// <param name="labels">What was read.</param>
    /// <param name="addClasses">Whether the project gets the classes that it does not know yet.</param>
    /// <exception cref="Data.DataException">There are problems, or unknown classes that may not be added.</exception>
    ImportOutcome Import(LabelImport labels, bool addClasses);
}

/// <summary>What an import changed.</summary>
/// <param name="Imported">Images whose answer is new.</param>
/// <param name="Unchanged">Images of which the same was known.</param>
/// <param name="Conflicts">Images that people answered otherwise: they keep their answer.</param>
public sealed record ImportOutcome(int Imported, int Unchanged, IReadOnlyList<LabelProblem> Conflicts);
