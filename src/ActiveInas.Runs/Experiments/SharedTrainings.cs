using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Sessions;
using ActiveInas.Training;

namespace ActiveInas.Runs.Experiments;

/// <summary>Trainings of the first round, which runs that differ in their query alone ask for alike, are made once. What is the same to the byte is what is shared:
/// images, labels, recipe, architecture, seed and kernels are in the name of a result.</summary>
/// <remarks>Results lie in a folder until all runs are finished, so that runs which go on later, or in another process, find them. Later rounds part by what was asked
/// for, and their networks are not kept. A run's times are those that the training took, whoever made it: costs of methods stay comparable.</remarks>
internal sealed class SharedTrainings(string folder)
{
    private const string FirstRound = "round-01/";
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _gates = new();

    /// <summary>A backend that takes over what another run has trained.</summary>
    public ITrainingBackend Of(RunContext context, ITrainingBackend own, IProgress<ProgressEvent>? progress) => new Backend(this, context, own, progress);

    /// <summary>Removes the results: no run needs them any more.</summary>
    public void Delete()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<T> OnceAsync<T>(string name, Func<T?> find, Func<Task<T>> make, Action<T> keep, CancellationToken cancellation)
        where T : class
    {
        SemaphoreSlim gate = _gates.GetOrAdd(name, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (find() is { } known)
            {
                return known;
            }

            T made = await make().ConfigureAwait(false);
            keep(made);
            return made;
        }
        finally
        {
            gate.Release();
        }
    }

    private string PathOf(string name, string extension) => Path.Combine(folder, name + extension);

    /// <summary>What is kept of the training of a network beside its file.</summary>
    private sealed record Kept(double FinalLoss, long Steps, double Seconds);

    private sealed class Backend(SharedTrainings shared, RunContext context, ITrainingBackend own, IProgress<ProgressEvent>? progress) : ITrainingBackend, ITrialRunner, IModelTrainer
    {
        private readonly Lazy<string> _data = new(() => DatasetFingerprint.Of(context.Data));

        public ITrialRunner Trials => this;

        public IModelTrainer Trainer => this;

        public ITestEvaluator Evaluator => own.Evaluator;

        public IModelFiles Models => own.Models;

        public Task<TrialResult> RunAsync(TrialRequest request, CancellationToken cancellation)
        {
            if (!IsShared(request))
            {
                return own.Trials.RunAsync(request, cancellation);
            }

            string path = shared.PathOf(Named(request, "candidate"), ".json");
            return shared.OnceAsync(
                path,
                () => Read<TrialResult>(path, request),
                () => own.Trials.RunAsync(request, cancellation),
                result => AtomicFile.WriteText(path, JsonSerializer.Serialize(result)),
                cancellation);
        }

        public Task<TrainedModel> TrainAsync(TrialRequest request, CancellationToken cancellation)
        {
            if (!IsShared(request))
            {
                return own.Trainer.TrainAsync(request, cancellation);
            }

            string name = Named(request, "training");
            (string path, string model) = (shared.PathOf(name, ".json"), shared.PathOf(name, ".safetensors"));
            return shared.OnceAsync(
                path,
                () => Read<Kept>(path, request) is { } kept ? new TrainedModel(own.Models.Load(model), kept.FinalLoss, kept.Steps, kept.Seconds) : null,
                () => own.Trainer.TrainAsync(request, cancellation),
                trained =>
                {
                    // The network first: what names it is there when it is.
                    AtomicFile.Replace(model, file => own.Models.Save(trained.Model, file));
                    AtomicFile.WriteText(path, JsonSerializer.Serialize(new Kept(trained.FinalLoss, trained.Steps, trained.Seconds)));
                },
                cancellation);
        }

        public void Dispose() => own.Dispose();

        private static bool IsShared(TrialRequest request) => request.Key.StartsWith(FirstRound, StringComparison.Ordinal);

        private string Named(TrialRequest request, string kind) => Convert.ToHexStringLower(request.Digest(new JsonObject
        {
            ["kind"] = kind,
            ["data"] = _data.Value,
            ["kernels"] = context.Configuration.Kernels,
            ["classes"] = request.Classes,
        }));

        private T? Read<T>(string path, TrialRequest request)
            where T : class
        {
            if (!File.Exists(path))
            {
                return null;
            }

            progress?.Report(new Notice($"{request.Key}: another run of the experiment has made the same training; its result is taken over."));
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path));
        }
    }
}
