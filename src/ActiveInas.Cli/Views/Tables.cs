using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActiveInas.Cli.Views;

/// <summary>The look of tables and lists of facts.</summary>
internal static class Tables
{
    private const int FactWidth = 19;

    /// <summary>A table; a title that begins with # is a column of numbers, aligned right.</summary>
    public static Table Create(params string[] titles)
    {
        Table table = new Table().Border(TableBorder.Rounded).BorderStyle(new Style(Color.Grey));
        foreach (string title in titles)
        {
            bool isNumber = title.StartsWith('#');
            TableColumn column = new(new Text(title.TrimStart('#'), new Style(decoration: Decoration.Bold)));
            table.AddColumn(isNumber ? column.RightAligned() : column);
        }

        return table;
    }

    public static Text Text(string text) => new(Printable.Text(text));

    /// <summary>A cell that stays on one line.</summary>
    public static IRenderable Strong(string text) => new Text(text, new Style(Color.Green, decoration: Decoration.Bold));

    /// <summary>A state in its colour.</summary>
    public static Text State(string state) => new(state, new Style(state switch
    {
        "finished" or "used" => Color.Green,
        "running" => Color.Aqua,
        "stopped" or "capped" => Color.Yellow,
        "unreadable" => Color.Red,
        _ => Color.Default,
    }));

    /// <summary>A line "name  value", with the values of all lines below each other. A long value is not broken, so that it can be copied.</summary>
    public static void Fact(IAnsiConsole console, string name, string value)
    {
        console.Write(new Text(name.PadRight(FactWidth), new Style(Color.Grey)));
        console.Profile.Out.Writer.WriteLine(Printable.Text(value));
    }
}
