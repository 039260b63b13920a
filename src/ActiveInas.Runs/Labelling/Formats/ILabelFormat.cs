namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>A way to write labels down.</summary>
internal interface ILabelFormat
{
    /// <summary>As --format has it.</summary>
    string Name { get; }

    /// <summary>Where an export goes if nothing else is said: a file, or a folder where there is no extension.</summary>
    string DefaultName { get; }

    /// <summary>Whether a file or folder looks like this format.</summary>
    bool Recognises(ImportFile file);

    /// <summary>Writes into a file or an empty folder.</summary>
    LabelExport Write(ExportRequest request);

    /// <summary>Reads what a file or folder says.</summary>
    /// <exception cref="Data.DataException">It cannot be read at all.</exception>
    FileLabels Read(ImportFile file, LabelSubject subject);
}

/// <summary>What is to be written.</summary>
/// <param name="Images">In the order of the export.</param>
/// <param name="Classes">Names, by index.</param>
/// <param name="SourceFolder">Where the images lie.</param>
/// <param name="Destination">A file, or a folder that is empty.</param>
/// <param name="Cancellation">Stops between images.</param>
internal sealed record ExportRequest(
    IReadOnlyList<ImageLabel> Images, IReadOnlyList<string> Classes, string SourceFolder, string Destination, CancellationToken Cancellation);

/// <summary>What labels are read for.</summary>
/// <param name="Classes">Names, by index.</param>
/// <param name="ImagePaths">Inside the source.</param>
/// <param name="SourceFolder">Where the images lie; null: not said.</param>
internal sealed record LabelSubject(IReadOnlyList<string> Classes, IReadOnlyList<string> ImagePaths, string? SourceFolder);

/// <summary>What a file says, in its own words.</summary>
/// <param name="Lines">Of its images.</param>
internal sealed record FileLabels(IReadOnlyList<FileLabel> Lines)
{
    /// <summary>The classes that it lists, whether or not they have a label.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Whether its classes may be indices into the project's.</summary>
    public bool MayHaveIndices { get; init; }

    /// <summary>What cannot be taken as it is.</summary>
    public IReadOnlyList<LabelProblem> Problems { get; init; } = [];

    /// <summary>What a person should know about how it was read.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}

/// <summary>What a file says of an image.</summary>
/// <param name="Place">Where it stands, for messages.</param>
/// <param name="Said">The image and its class as the file calls them.</param>
internal sealed record FileLabel(string Place, ImageLabel Said);
