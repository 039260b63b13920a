namespace ActiveInas.Data;

/// <summary>What of a source could not be used.</summary>
/// <param name="Found">Image files in it.</param>
/// <param name="Skipped">Those that cannot be read.</param>
/// <param name="LostClasses">Classes of whose training images none can be read.</param>
public sealed record DataLoss(int Found, int Skipped, IReadOnlyList<string> LostClasses)
{
    /// <summary>One sentence, for people.</summary>
    public override string ToString()
    {
        string classes = LostClasses.Count == 0 ? string.Empty : $", {string.Join(", ", LostClasses)}: no image left";
        return $"{Skipped} of {Found} images cannot be read and are left out{classes}; 'ainas data' says why.";
    }
}
