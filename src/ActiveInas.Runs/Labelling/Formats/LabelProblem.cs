namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>Something in a file of labels that cannot be taken as it is.</summary>
/// <param name="Place">Where it stands: "line 4", "task 3", "label 'cats/1'".</param>
/// <param name="Value">What was found there.</param>
/// <param name="Wrong">Why that cannot be taken, after the value in a sentence: "is no class".</param>
/// <param name="Wanted">What would be right.</param>
public sealed record LabelProblem(string Place, string Value, string Wrong, string Wanted)
{
    /// <summary>In one sentence.</summary>
    public override string ToString() => $"{Place}: '{Value}' {Wrong}; wanted {Wanted}";
}
