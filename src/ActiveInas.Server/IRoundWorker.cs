using ActiveInas.Runs.Labelling;

namespace ActiveInas.Server;

/// <summary>Computes for a project: searches, trains, asks for more.</summary>
public interface IRoundWorker
{
    /// <summary>Goes on until labels are missing or the project has ended; progress.json in the project's folder says how far it is.</summary>
    /// <exception cref="OperationCanceledException">Stopped, with a checkpoint.</exception>
    /// <exception cref="RoundFailedException">It cannot go on; the message is for people.</exception>
    Task AdvanceAsync(string root, CancellationToken cancellation);

    /// <summary>Finds labels to look at again, while people label.</summary>
    /// <exception cref="OperationCanceledException">Stopped: there is something better to do.</exception>
    /// <exception cref="RoundFailedException">It cannot be done.</exception>
    Task ReviewAsync(string root, CancellationToken cancellation);
}

/// <summary>A round that failed, in a sentence for people.</summary>
public sealed class RoundFailedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Computes in this process.</summary>
public sealed class LocalRoundWorker : IRoundWorker
{
    /// <inheritdoc/>
    public Task AdvanceAsync(string root, CancellationToken cancellation) => RunAsync(() => LabellingRounds.AdvanceAsync(root, progress: null, cancellation), cancellation);

    /// <inheritdoc/>
    public Task ReviewAsync(string root, CancellationToken cancellation) => RunAsync(() => LabellingRounds.ReviewAsync(root, progress: null, cancellation), cancellation);

    private static async Task RunAsync(Func<Task> work, CancellationToken cancellation)
    {
        try
        {
            await Task.Run(work, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new RoundFailedException(exception.Message, exception);
        }
    }
}
