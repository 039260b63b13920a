using System.Threading.Channels;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Data.Images;
using ActiveInas.Kernels;
using ActiveInas.Runs;
using ActiveInas.Runs.Models;
using Microsoft.Extensions.Logging;

namespace ActiveInas.Server.Models;

/// <summary>
/// One network for all requests. Requests decode their images side by side; the network takes all that wait at once, up to a batch, so that nobody waits for a batch to fill
/// and many requests cost as few passes as one.
/// </summary>
/// <remarks>A thread of its own owns network and device, both of which take one caller at a time. A prediction depends on its own image alone, not on what else was in the batch.</remarks>
internal sealed partial class Predictor : IAsyncDisposable
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(2);
    private readonly Channel<Job> _jobs = Channel.CreateUnbounded<Job>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _decoders = new(Environment.ProcessorCount);
    private readonly ModelServerOptions _options;
    private readonly ModelMetrics _metrics;
    private readonly ILogger<Predictor> _log;
    private readonly Task _work;
    private volatile LoadedModel _loaded;
    private int _waiting;

    /// <summary>Loads the model.</summary>
    /// <param name="options">Which.</param>
    /// <param name="metrics">Told of every batch.</param>
    /// <param name="log">Told of what goes wrong without a request.</param>
    /// <exception cref="RunException">There is none.</exception>
    public Predictor(ModelServerOptions options, ModelMetrics metrics, ILogger<Predictor> log)
    {
        (_options, _metrics, _log) = (options, metrics, log);
        IDevice device = KernelSelection.Find(options.Kernels).Open(options.Threads);
        try
        {
            _loaded = LoadedModel.Load(options.Model, device);
        }
        catch
        {
            device.Dispose();
            throw;
        }

        metrics.Watch(() => Volatile.Read(ref _waiting));
        _work = Task.Factory.StartNew(() => WorkAsync(device), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    /// <summary>What is served at the moment.</summary>
    public ModelFacts Model => _loaded.Facts;

    /// <summary>Predicts an image.</summary>
    /// <param name="name">How its sender calls it.</param>
    /// <param name="file">Contents of the file.</param>
    /// <param name="cancellation">The sender has gone.</param>
    /// <returns>The prediction, or why the image cannot be read.</returns>
    /// <exception cref="TooBusyException">Too many images wait.</exception>
    public async Task<ImagePrediction> PredictAsync(string name, byte[] file, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _waiting) > _options.Waiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new TooBusyException($"{_options.Waiting} images wait already: come again in a second.");
        }

        try
        {
            return await QueueAsync(name, file, cancellation).ConfigureAwait(false);
        }
        catch (DataException exception)
        {
            _metrics.Refused();
            return new ImagePrediction(name, exception.Message, [], default);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _jobs.Writer.TryComplete();
        await _work.ConfigureAwait(false);
        _decoders.Dispose();
    }

    private async Task<ImagePrediction> QueueAsync(string name, byte[] file, CancellationToken cancellation)
    {
        await _decoders.WaitAsync(cancellation).ConfigureAwait(false);
        Job job;
        try
        {
            ModelFacts facts = Model;
            byte[] pixels = await Task.Run(() => ImageFile.Decode(file, facts.Height, facts.Width), cancellation).ConfigureAwait(false);
            job = new Job(name, pixels, facts, new TaskCompletionSource<ImagePrediction>(TaskCreationOptions.RunContinuationsAsynchronously), cancellation);
        }
        finally
        {
            _decoders.Release();
        }

        if (!_jobs.Writer.TryWrite(job))
        {
            throw new TooBusyException("The server stops.");
        }

        return await job.Result.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    private async Task WorkAsync(IDevice device)
    {
        using (device)
        {
            LoadedModel loaded = _loaded;
            long looked = Environment.TickCount64;
            while (await _jobs.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                List<Job> batch = [];
                while (batch.Count < loaded.Network.Batch && _jobs.Reader.TryRead(out Job? job))
                {
                    batch.Add(job);
                }

                Run(loaded, batch);
                if (Environment.TickCount64 - looked > s_lookEvery.TotalMilliseconds)
                {
                    loaded = Renewed(loaded, device);
                    looked = Environment.TickCount64;
                }
            }

            loaded.Network.Dispose();
        }
    }

    private void Run(LoadedModel loaded, List<Job> waiting)
    {
        Job[] batch = [.. waiting.Where(job => !job.Cancellation.IsCancellationRequested)];
        ModelFacts facts = loaded.Facts;
        foreach (Job stale in batch.Where(job => job.Facts.Height != facts.Height || job.Facts.Width != facts.Width))
        {
            stale.Result.TrySetException(new TooBusyException("Another model has just taken over, with images of another size: send the image again."));
        }

        batch = [.. batch.Where(job => !job.Result.Task.IsCompleted)];
        if (batch.Length == 0)
        {
            return;
        }

        try
        {
            int[] labels = new int[batch.Length];
            Array.Fill(labels, ImageSet.Unknown);
            ImageSet images = new(facts.Height, facts.Width, [.. batch.SelectMany(job => job.Pixels)], labels, [.. batch.Select(job => job.Name)]);
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            IReadOnlyList<ImagePrediction> predictions = loaded.Network.Predict(images);
            _metrics.Predicted(batch.Length, System.Diagnostics.Stopwatch.GetElapsedTime(start));
            for (int i = 0; i < batch.Length; i++)
            {
                batch[i].Result.TrySetResult(predictions[i]);
            }
        }
        catch (Exception exception)
        {
            // Whatever it is, those who wait must hear of it: the thread goes on for the others.
            foreach (Job job in batch)
            {
                job.Result.TrySetException(exception);
            }
        }
    }

    /// <summary>The network of a later round, when a run has made one since.</summary>
    private LoadedModel Renewed(LoadedModel loaded, IDevice device)
    {
        try
        {
            if (!loaded.IsStale(_options.Model))
            {
                return loaded;
            }

            LoadedModel renewed = LoadedModel.Load(_options.Model, device);
            _loaded = renewed;
            loaded.Network.Dispose();
            Renewed(_log, renewed.Facts.Version);
            return renewed;
        }
        catch (Exception exception) when (exception is RunException or DataException or IOException or UnauthorizedAccessException)
        {
            NotRenewed(_log, exception.Message);
            return loaded;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Serves {Version} from now on.")]
    private static partial void Renewed(ILogger log, string version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A newer network could not be loaded, the earlier one goes on: {Reason}")]
    private static partial void NotRenewed(ILogger log, string reason);

    /// <summary>An image that waits for the network.</summary>
    private sealed record Job(string Name, byte[] Pixels, ModelFacts Facts, TaskCompletionSource<ImagePrediction> Result, CancellationToken Cancellation);
}

/// <summary>There is more to do than can be kept: a request may be sent again.</summary>
internal sealed class TooBusyException(string message) : Exception(message);
