namespace ActiveInas.Data.Tables;

/// <summary>What stands in a table of labels in place of a class.</summary>
public static class LabelMarks
{
    /// <summary>A bad image: never ask again.</summary>
    public const string Bad = "-";

    private static readonly string[] s_none = ["nan", "na", "n/a", "null", None, "<na>"];

    /// <summary>A word of people, too: a class of things without a defect is called so.</summary>
    public const string None = "none";

    /// <summary>Whether a text says that there is no class, as programs write it. A class of that name comes first.</summary>
    public static bool IsNone(string text) => s_none.Contains(text, StringComparer.OrdinalIgnoreCase);
}
