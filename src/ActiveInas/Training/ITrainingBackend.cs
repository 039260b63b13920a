namespace ActiveInas.Training;

/// <summary>What trains, evaluates and stores the networks of a run.</summary>
public interface ITrainingBackend : IDisposable
{
    /// <summary>Trains candidates.</summary>
    ITrialRunner Trials { get; }

    /// <summary>Trains the network of a round.</summary>
    IModelTrainer Trainer { get; }

    /// <summary>Reads the test part.</summary>
    ITestEvaluator Evaluator { get; }

    /// <summary>Saves and loads networks.</summary>
    IModelFiles Models { get; }
}
