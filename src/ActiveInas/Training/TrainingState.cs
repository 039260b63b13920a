namespace ActiveInas.Training;

/// <summary>Where a training stands between two steps; with the network's arrays it is a checkpoint.</summary>
internal sealed class TrainingState
{
    /// <summary>Steps made.</summary>
    public long Step { get; set; }

    /// <summary>Wall-clock of the training up to the checkpoint, summed over resumes.</summary>
    public double Seconds { get; set; }

    /// <summary>Sum of the losses of the running epoch.</summary>
    public double LossSum { get; set; }

    /// <summary>Number of the losses of the running epoch.</summary>
    public long LossCount { get; set; }

    /// <summary>Mean loss of the last epoch that is over.</summary>
    public double EpochLoss { get; set; } = double.NaN;

    /// <summary>Epochs that are over and, where the recipe asks for it, evaluated.</summary>
    public int EpochsClosed { get; set; }

    /// <summary>Errors on V' of the evaluated epochs, by the request's measure.</summary>
    public List<double> EpochErrors { get; } = [];
}
