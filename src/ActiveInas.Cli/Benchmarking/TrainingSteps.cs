using ActiveInas.Networks;
using ActiveInas.Training;

namespace ActiveInas.Cli.Benchmarking;

/// <summary>The steps of a training, all on one batch, so that the loss must fall.</summary>
internal sealed class TrainingSteps(ResidualNetwork network, FixedBatch batch, double learningRate)
{
    private static readonly Recipe s_recipe = Recipes.Quick;

    public int Made { get; private set; }

    /// <summary>Before the first step.</summary>
    public double FirstLoss { get; private set; }

    /// <summary>Before the last step.</summary>
    public double LastLoss { get; private set; }

    /// <summary>What <see cref="Trainer"/> does for each batch.</summary>
    public void Make()
    {
        network.Load(batch.Pixels, batch.Count);
        network.ForwardTraining();
        LastLoss = network.Loss(batch.Labels);
        network.Backward();
        network.Step(learningRate, s_recipe.Momentum, s_recipe.WeightDecay);
        if (Made++ == 0)
        {
            FirstLoss = LastLoss;
        }
    }

    /// <summary>Refuses a training that learns nothing.</summary>
    /// <exception cref="TrainingException">The loss is not lower than at the first step.</exception>
    public void RequireFallingLoss()
    {
        // Written so that a loss that is no number fails too.
        if (!(LastLoss < FirstLoss))
        {
            throw new TrainingException(
                $"{network.Plan.Shape.Architecture}: the loss of a fixed batch of {batch.Count} images went from {FirstLoss:G5} to {LastLoss:G5} in {Made} steps; "
                + $"it must fall. The kernels {network.Device.KernelName} may be wrong on this processor: compare with others (`kernels`, 'ainas info' lists them).");
        }
    }
}
