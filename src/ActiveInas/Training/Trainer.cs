using System.Diagnostics;
using System.Text.Json.Nodes;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Networks;

namespace ActiveInas.Training;

/// <summary>What a training works with besides its request.</summary>
/// <param name="Images">Where sample ids point.</param>
/// <param name="Normalization">Of the pixels.</param>
/// <param name="Checkpoints">Where it saves itself.</param>
/// <param name="Interval">Wall-clock between two checkpoints; zero: after every step.</param>
/// <param name="Progress">Who watches.</param>
internal sealed record TrainerContext(
    ImageSet Images, Normalization Normalization, ICheckpointStore Checkpoints, TimeSpan Interval, IProgress<ProgressEvent>? Progress);

/// <summary>One training: steps, epochs, evaluations on V' and checkpoints. The network ends in the same bytes however often it was stopped
/// and resumed, and whatever the number of threads.</summary>
internal sealed class Trainer
{
    private static readonly TimeSpan s_reportInterval = TimeSpan.FromSeconds(1);
    private readonly TrainerContext _context;
    private readonly TrialRequest _request;
    private readonly LearningRateSchedule _schedule;
    private readonly ResidualNetwork _network;
    private readonly byte[] _hash;
    private readonly bool _evaluateEveryEpoch;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ulong _dropoutSeed;
    private readonly SoftTargetLoss? _loss;
    private readonly WeightAverage? _average;
    private double _secondsBefore;
    private TimeSpan _lastSave;
    private TimeSpan _lastReport;
    private long _lastReportStep;
    private bool _reported;
    private double _lastLoss;
    private long _savedStep = -1;

    /// <param name="context">Images, checkpoints, progress.</param>
    /// <param name="request">What to train.</param>
    /// <param name="length">The recipe's Training or Candidate.</param>
    /// <param name="network">Made for training, with a capacity of at least the batch size.</param>
    public Trainer(TrainerContext context, TrialRequest request, TrainingLength length, ResidualNetwork network)
    {
        _context = context;
        _request = request;
        _network = network;
        _schedule = LearningRateSchedule.For(request.Recipe, length, request.Train.Count, request.Architecture);
        _evaluateEveryEpoch = request.Recipe.CandidateScore == CandidateScore.BestEpoch;
        _average = request.Recipe.AverageShare is { } share ? new WeightAverage(network, share, _schedule.Steps) : null;
        _hash = Digest(request, length, context);
        _dropoutSeed = SeedTree.Derive(request.Seed, "dropout");
        _loss = SoftTargetLoss.For(
            request.Recipe.LabelSmoothing ?? 0, request.Recipe.LogitAdjustment ?? 0, ClassCounts.Of(request.Train.Select(sample => sample.Label), request.Classes));
    }

    /// <summary>Where the training stands.</summary>
    public TrainingState State { get; private set; } = new();

    /// <summary>Trains to the end. Cancelling saves a checkpoint and throws.</summary>
    /// <exception cref="TrainingException">The loss is not finite.</exception>
    public void Run(CancellationToken cancellation)
    {
        Begin();
        _context.Progress?.Report(new TrainingStarted(_request.Key, State.Step, _schedule.Steps));
        Recipe recipe = _request.Recipe;
        ImageSet images = _context.Images;
        using BatchPipeline pipeline = new(
            new BatchSampler(recipe.Sampling, _request.Train.Count, _request.Seed),
            _request.Train,
            TrainingImages.For(_context, _request),
            recipe.BatchSize,
            images.Height * images.Width * 3,
            _schedule.Steps);
        try
        {
            while (true)
            {
                CloseEpoch(cancellation);
                if (State.Step == _schedule.Steps)
                {
                    break;
                }

                cancellation.ThrowIfCancellationRequested();
                MakeStep(pipeline.Take(State.Step));
                SaveWhenDue(1);
            }
        }
        catch (OperationCanceledException)
        {
            Save();
            throw;
        }

        Finish();
    }

    /// <summary>Names the training, so that no other one goes on with its checkpoint. Kernels are told apart when it does.</summary>
    internal static byte[] Digest(TrialRequest request, TrainingLength length, TrainerContext context) => request.Digest(new JsonObject
    {
        ["classes"] = request.Classes,
        ["length"] = ReferenceEquals(length, request.Recipe.Candidate) ? "candidate" : "training",
        ["height"] = context.Images.Height,
        ["width"] = context.Images.Width,
        ["images"] = context.Images.Count,
        ["mean"] = context.Normalization.Mean,
        ["deviation"] = context.Normalization.Deviation,
    });

    private void Begin()
    {
        using Stream? data = _context.Checkpoints.Find(_request.Key);
        if (data is not null)
        {
            TrainingState state = new();
            string? problem = Checkpoint.Read(data, _network, _average, state, _hash, out string kernels);
            if (problem is null)
            {
                State = state;
                _secondsBefore = state.Seconds;
                _savedStep = _lastReportStep = state.Step;
                Notify($"{_request.Key}: going on from the checkpoint at step {state.Step} of {_schedule.Steps}.");
                if (!KernelTable.GiveSameBytes(kernels, _network.Device.KernelName))
                {
                    Notify($"{_request.Key}: the checkpoint was made by {kernels}, this process runs {_network.Device.KernelName}: the bytes will differ from a run in one piece.");
                }

                return;
            }

            data.Dispose();
            Notify($"{_request.Key}: the checkpoint is ignored: {problem}. The training starts again.");
            _context.Checkpoints.Delete(_request.Key);
        }

        _network.Initialize(_request.Seed);
        if (_request.Init is { } init)
        {
            Notify($"{_request.Key}: {init.Apply(_network)} of {_network.Weights.Count} arrays begin as in {Path.GetFileName(init.File)}.");
        }
    }

    private void MakeStep(TrainingBatch batch)
    {
        Recipe recipe = _request.Recipe;
        double rate = _schedule.Rate(State.Step);
        StepDropout? dropout = recipe.DropoutInTraining
            ? new StepDropout(recipe.DropoutRate, SeedTree.Derive(_dropoutSeed, $"step-{State.Step}"))
            : null;
        _network.Load(batch.Pixels, recipe.BatchSize);
        _network.ForwardTraining(dropout);
        _network.Loss(batch.Labels, _loss);
        _network.Backward();
        _network.Step(rate, recipe.Momentum, recipe.WeightDecay);
        State.Step++;
        _average?.Update(State.Step, State.Step == _schedule.Steps);
        if (IsReportDue() || _network.Losses.IsFull)
        {
            TakeLosses();
            Report();
        }
    }

    /// <summary>Waits for the losses of the last steps: at reports, where the losses of an epoch are added up, and before anything is saved.</summary>
    /// <exception cref="TrainingException">One is not finite.</exception>
    private void TakeLosses()
    {
        long step = State.Step - _network.Losses.Count;
        foreach (double loss in _network.Losses.Read())
        {
            if (!double.IsFinite(loss))
            {
                throw new TrainingException(
                    $"{_request.Key}: the loss is {loss} at step {step} of {_schedule.Steps}, learning rate {_schedule.Rate(step):G4}. "
                    + "Lower the peak learning rate (for example `recipe.training.schedule.peak=0.05`) or lengthen the warm-up; if it is so at step 0, check the images.");
            }

            State.LossSum += loss;
            State.LossCount++;
            _lastLoss = loss;
            step++;
        }
    }

    /// <summary>Closes the epoch that is over, if any. Until it has been evaluated the state says so, so that stopping in between loses nothing.</summary>
    private void CloseEpoch(CancellationToken cancellation)
    {
        while (State.EpochsClosed < _schedule.Epochs && State.Step >= _schedule.EpochEnd(State.EpochsClosed + 1))
        {
            TakeLosses();
            bool last = State.EpochsClosed + 1 == _schedule.Epochs;
            if (_request.Validation.Count > 0 && (last || _evaluateEveryEpoch))
            {
                // An evaluation may take as long as the interval itself: do not let both add up to lost work.
                SaveWhenDue(0.5);
                _average?.Swap();
                try
                {
                    State.EpochErrors.Add(ErrorMeasures.Of(Validate(cancellation), _request.Measure));
                }
                finally
                {
                    _average?.Swap();
                }
            }

            if (State.LossCount > 0)
            {
                State.EpochLoss = State.LossSum / State.LossCount;
            }

            State.LossSum = 0;
            State.LossCount = 0;
            State.EpochsClosed++;
        }
    }

    private Evaluation Validate(CancellationToken cancellation)
        => Evaluator.Evaluate(
            _network,
            _context.Images,
            _context.Normalization,
            _request.Validation.Select(sample => sample.Id.Value).ToArray(),
            _request.Validation.Select(sample => sample.Label).ToArray(),
            cancellation);

    /// <summary>Saves when there is something new and a share of the interval has passed.</summary>
    private void SaveWhenDue(double share)
    {
        if (_savedStep != State.Step && _clock.Elapsed - _lastSave >= _context.Interval * share)
        {
            Save();
        }
    }

    private void Save()
    {
        if (_context.Checkpoints is NullCheckpointStore)
        {
            return;
        }

        TakeLosses();
        State.Seconds = Seconds();
        _context.Checkpoints.Save(_request.Key, stream => Checkpoint.Write(stream, _network, _average, State, _hash));
        _savedStep = State.Step;
        _lastSave = _clock.Elapsed;
    }

    private void Finish()
    {
        State.Seconds = Seconds();

        // The store may keep the last checkpoint until the result is recorded; make it one that is worth keeping.
        SaveWhenDue(0.25);
        _context.Checkpoints.Delete(_request.Key);
        _average?.Swap();
    }

    private double Seconds() => _secondsBefore + _clock.Elapsed.TotalSeconds;

    /// <summary>Whether to tell: of the first step made here, of the last one, and of one in each interval between.</summary>
    private bool IsReportDue() => !_reported || _clock.Elapsed - _lastReport >= s_reportInterval || State.Step == _schedule.Steps;

    private void Report()
    {
        if (!IsReportDue())
        {
            return;
        }

        TimeSpan now = _clock.Elapsed;
        _reported = true;
        double seconds = (now - _lastReport).TotalSeconds;
        double speed = (State.Step - _lastReportStep) * (double)_request.Recipe.BatchSize / Math.Max(seconds, 1e-9);
        _context.Progress?.Report(new TrainingProgressed(_request.Key, State.Step, _schedule.Steps, _lastLoss, speed));
        _lastReport = now;
        _lastReportStep = State.Step;
    }

    private void Notify(string message) => _context.Progress?.Report(new Notice(message));
}
