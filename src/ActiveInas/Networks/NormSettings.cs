namespace ActiveInas.Networks;

/// <summary>Constants of every batch normalisation of a network.</summary>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="RunningWeight">w of running &lt;- (1 - w) running + w batch.</param>
public readonly record struct NormSettings(double Epsilon, double RunningWeight);
