using ActiveInas.Architectures;
using ActiveInas.Data;

namespace ActiveInas.Training;

/// <summary>What is to be learnt and how, the same for every network of a run.</summary>
/// <param name="Classes">Number of classes.</param>
/// <param name="Height">H of the images in pixels.</param>
/// <param name="Width">W of the images in pixels.</param>
/// <param name="Recipe">How networks are trained; its dropout rate is the p of MC-dropout.</param>
/// <param name="Seed">Everything random derives from it.</param>
public sealed record Problem(int Classes, int Height, int Width, Recipe Recipe, ulong Seed)
{
    /// <summary>Weights that every training begins from; null: random ones.</summary>
    public InitialWeights? Init { get; init; }

    /// <summary>The training of the network of round t, on all of S_t.</summary>
    /// <param name="round">t.</param>
    /// <param name="architecture">A_t.</param>
    /// <param name="labelled">S_t.</param>
    public TrialRequest Training(int round, Architecture architecture, IReadOnlyList<LabelledSample> labelled)
    {
        string key = RoundKeys.Train(round);
        return new TrialRequest(key, architecture, Classes, [.. labelled], [], Recipe, SeedTree.Derive(Seed, key)) { Init = Init };
    }
}
