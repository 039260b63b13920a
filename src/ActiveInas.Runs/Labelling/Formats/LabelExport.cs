namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>What an export wrote.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Images">How many images it holds.</param>
/// <param name="Notices">What it does not hold, and why.</param>
public sealed record LabelExport(string Path, int Images, IReadOnlyList<string> Notices);
