using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Training;

namespace ActiveInas.Search;

/// <summary>The baseline: the same architecture in every round, without candidates.</summary>
public sealed class FixedArchitecture : IArchitectureSearch
{
    private readonly Architecture _architecture;

    /// <param name="architecture">A(B_r, i, j); it need not belong to any search space.</param>
    /// <param name="height">H of the images in pixels.</param>
    /// <param name="width">W of the images in pixels.</param>
    /// <exception cref="ConfigurationException">The images are too small for so many stacks.</exception>
    public FixedArchitecture(Architecture architecture, int height, int width)
    {
        architecture.RequireFits(height, width);
        _architecture = architecture;
    }

    /// <inheritdoc/>
    public Task<SearchOutcome> SearchAsync(
        int round, Architecture current, IReadOnlyList<LabelledSample> labelled, ITrialRunner runner, CancellationToken cancellation)
        => Task.FromResult(new SearchOutcome(_architecture, [], 0));
}
