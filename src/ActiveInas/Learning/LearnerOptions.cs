using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Training;

namespace ActiveInas.Learning;

/// <summary>Everything that Algorithm 2 needs beside its parts.</summary>
public sealed record LearnerOptions
{
    /// <summary>Images of the training part, all of which may be asked for.</summary>
    public required int PoolSize { get; init; }

    /// <summary>What is to be learnt.</summary>
    public required Problem Problem { get; init; }

    /// <summary>What people call the classes, for messages; empty: they are numbered.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>k.</summary>
    public required int Initial { get; init; }

    /// <summary>Chooses the k initial points.</summary>
    public IInitialQuery InitialQuery { get; init; } = new RandomStart();

    /// <summary>b.</summary>
    public required QuerySchedule Schedule { get; init; }

    /// <summary>Most labels.</summary>
    public required int Budget { get; init; }

    /// <summary>A_0.</summary>
    public Architecture Start { get; init; } = new(1, 1);

    /// <summary>Passes of MC-dropout.</summary>
    public int StochasticPasses { get; init; } = 100;

    /// <summary>Threads of the selection; 0: one a core. No result depends on it.</summary>
    public int Threads { get; init; }

    /// <summary>Rules that end the run before the budget is spent.</summary>
    public StoppingRules Stopping { get; init; } = StoppingRules.None;

    /// <summary>A rule of one's own that ends the run before the budget is spent; null: none.</summary>
    public IStoppingRule? StoppingRule { get; init; }

    /// <summary>S_1 when labels exist already; null: k points of <see cref="InitialQuery"/>, labelled by the oracle.</summary>
    public IReadOnlyList<LabelledSample>? InitialLabels { get; init; }

    /// <summary>How many samples of the pool have a label already, though nobody asked: a query asks for so many beside its batch. None where nothing is said.</summary>
    public Func<IReadOnlyList<SampleId>, int> Waiting { get; init; } = _ => 0;

    /// <summary>Samples that are never asked for and never learnt: those that an audit keeps for itself.</summary>
    public IReadOnlySet<SampleId> Reserved { get; init; } = new HashSet<SampleId>();

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ConfigurationException">A value is not possible.</exception>
    public void Validate()
    {
        Require(PoolSize >= 1, "The data set has no training images; wanted at least 1.");
        Require(Problem.Classes >= 2, $"{Counted.Of(Problem.Classes, "class leaves", "classes leave")} nothing to learn; wanted at least 2.");
        Require(StochasticPasses >= 1, $"{Counted.Of(StochasticPasses, "stochastic pass is", "stochastic passes are")} not possible; wanted at least 1, for example 100.");
        Require(Problem.Recipe.DropoutRate is >= 0 and < 1, $"The dropout rate {Problem.Recipe.DropoutRate} is not possible; wanted at least 0 and below 1.");
        Start.RequireFits(Problem.Height, Problem.Width);
        if (InitialLabels is { } given)
        {
            Require(given.Count >= 1, "The file of initial labels holds none; wanted at least 1.");
            Require(
                Budget >= given.Count,
                $"The budget of {Counted.Of(Budget, "label")} is below the {Counted.Of(given.Count, "label")} given; wanted a budget of at least {given.Count}.");
            LabelCheck.Require(given, PoolSize, Problem.Classes, asked: null);
            return;
        }

        Require(Initial >= 1, $"{Counted.Of(Initial, "initial label is", "initial labels are")} not possible; wanted at least 1.");
        int most = PoolSize - Reserved.Count;
        Require(Initial <= most, $"{Counted.Of(Initial, "initial label is", "initial labels are")} more than the {Counted.Of(most, "training image")} that may be asked for; wanted at most {most}.");
        Require(Budget >= Initial, $"The budget of {Counted.Of(Budget, "label")} is below the {Counted.Of(Initial, "initial one")}; wanted a budget of at least {Initial}.");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ConfigurationException(message);
        }
    }
}
