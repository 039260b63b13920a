namespace ActiveInas.Learning;

/// <summary>A rule of one's own that ends a run before its budget is spent, beside <see cref="StoppingRules"/>, which are asked first.</summary>
/// <example><code>
/// internal sealed class LossRule(double least) : IStoppingRule
/// {
///     public string? ReasonToStop(IReadOnlyList&lt;RoundRecord&gt; rounds)
///         => rounds[^1].TrainLoss &lt; least ? $"the training loss {rounds[^1].TrainLoss:F3} is below {least}" : null;
/// }
/// </code></example>
public interface IStoppingRule
{
    /// <summary>Why the run ends after the last of some rounds, in words with the values; null: it goes on. It depends on the rounds alone, so that
    /// a resumed run decides the same.</summary>
    /// <param name="rounds">Rounds 1..t, at least one.</param>
    string? ReasonToStop(IReadOnlyList<RoundRecord> rounds);
}
