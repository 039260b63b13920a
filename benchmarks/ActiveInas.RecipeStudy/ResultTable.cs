namespace ActiveInas.RecipeStudy;

/// <summary>Means over seeds as a Markdown table: a row a set, labels and architecture, a column a recipe.</summary>
internal static class ResultTable
{
    public static void Write(Study study, ResultFile results, TextWriter output)
    {
        string[] recipes = [.. study.Cells.Select(cell => cell.Recipe).Distinct()];
        output.WriteLine($"| set | labels | network | {string.Join(" | ", recipes)} |");
        output.WriteLine($"|---|---|---|{string.Concat(Enumerable.Repeat("---|", recipes.Length))}");
        foreach (IGrouping<(string Set, int Labels, string Architecture), StudyCell> row in study.Cells.Distinct()
            .GroupBy(cell => (cell.Set, cell.Labels, cell.Architecture)).OrderBy(group => group.Key))
        {
            IEnumerable<string> values = recipes.Select(recipe => Text([.. row.Where(cell => cell.Recipe == recipe)
                .Select(cell => results.Find(cell, study)).OfType<StudyResult>()]));
            output.WriteLine($"| {row.Key.Set} | {row.Key.Labels} | {row.Key.Architecture} | {string.Join(" | ", values)} |");
        }
    }

    private static string Text(StudyResult[] results)
        => results.Length == 0
            ? string.Empty
            : $"{results.Average(result => result.Accuracy):0.000} / {results.Average(result => result.Balanced):0.000}" + (results.Length > 1 ? $" ({results.Length})" : "");
}
