namespace ActiveInas.Search;

/// <summary>Starts several pieces of work at once and waits for all: whether they run side by side or one after the other is their own matter.</summary>
internal static class SideBySide
{
    /// <summary>The results in the order of the works, however they end. One that fails asks the others to stop; when they have, its exception is thrown.</summary>
    public static async Task<T[]> AllAsync<T>(IEnumerable<Func<CancellationToken, Task<T>>> works, CancellationToken cancellation)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<T>[] started = [.. works.Select(OrStopAsync)];
        await ((Task)Task.WhenAll(started)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // The cause, not the stops that it led to.
        return started.FirstOrDefault(task => task.IsFaulted) is { } cause
            ? [await cause.ConfigureAwait(false)]
            : await Task.WhenAll(started).ConfigureAwait(false);

        async Task<T> OrStopAsync(Func<CancellationToken, Task<T>> work)
        {
            try
            {
                stop.Token.ThrowIfCancellationRequested();
                return await work(stop.Token).ConfigureAwait(false);
            }
            catch
            {
                await stop.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }
}
