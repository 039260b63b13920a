using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActiveInas.Server;

/// <summary>Computes whenever all images asked for have an answer.</summary>
internal sealed partial class RoundService(ProjectHost host, IRoundWorker worker, TimeProvider clock, ILogger<RoundService> logger) : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // After a failure the next label is another chance, and so is some time: the disk may have room again.
        int? failedWith = null;
        long failedAt = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            Task change = host.NextChange;
            int labels = host.Project.Status().Labelled;
            if (host.Project.NeedsRound && (failedWith != labels || clock.GetElapsedTime(failedAt) >= s_again))
            {
                failedWith = await AdvanceAsync(stoppingToken).ConfigureAwait(false) ? null : labels;
                failedAt = clock.GetTimestamp();
                if (failedWith is null)
                {
                    await ReviewAsync(stoppingToken).ConfigureAwait(false);
                }
            }
            else
            {
                await host.WaitAsync(change, s_look, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> AdvanceAsync(CancellationToken cancellation)
    {
        host.Begin();
        try
        {
            await worker.AdvanceAsync(host.Project.Root, cancellation).ConfigureAwait(false);
            host.End(error: null);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever it is, people can go on labelling, and the page says why nothing is computed.
            LogFailed(exception.Message);
            host.End(exception.Message);
            return false;
        }
    }

    /// <summary>Looks for doubtful labels, until the batch is answered: then the next round is more urgent.</summary>
    private async Task ReviewAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task review = worker.ReviewAsync(host.Project.Root, stop.Token);
        while (!review.IsCompleted)
        {
            Task change = host.NextChange;
            if (host.Project.NeedsRound || cancellation.IsCancellationRequested)
            {
                await stop.CancelAsync().ConfigureAwait(false);
                break;
            }

            await Task.WhenAny(review, host.WaitAsync(change, s_look, cancellation)).ConfigureAwait(false);
        }

        try
        {
            await review.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The next round, or the end of the server: it begins anew after the next round.
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(exception.Message);
        }

        host.Project.Refresh();
        host.Changed();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The round failed: {Reason}")]
    private partial void LogFailed(string reason);
}
