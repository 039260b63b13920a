using System.Globalization;

namespace ActiveInas.Runs.Output;

/// <summary>Numbers as people read them.</summary>
public static class NumberText
{
    /// <summary>"0.6123", or "-" for none.</summary>
    public static string Share(double? value)
        => value is { } share && double.IsFinite(share) ? share.ToString("0.0000", CultureInfo.InvariantCulture) : "-";

    /// <summary>"76,490".</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"7.2 s", "3 min 05 s", "2 h 04 min".</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 60 => $"{seconds.ToString("0.0", CultureInfo.InvariantCulture)} s",
        < 3600 => $"{(int)seconds / 60} min {(int)seconds % 60:00} s",
        _ => $"{(int)seconds / 3600} h {(int)seconds % 3600 / 60:00} min",
    };
}
