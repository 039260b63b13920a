using System.Reflection;

namespace ActiveInas;

/// <summary>Which build this is.</summary>
public static class ProductVersion
{
    private static readonly string s_informational =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>Version without the commit.</summary>
    public static string Number => s_informational.Split('+')[0];

    /// <summary>Commit that it was built from, or null.</summary>
    public static string? Commit => s_informational.Contains('+', StringComparison.Ordinal) ? s_informational.Split('+')[1] : null;
}
