using System.Diagnostics;
using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Training;

namespace ActiveInas.Runs.Estimation;

/// <summary>Trains and infers for a moment on made-up images, several trainings side by side as the runs will be.</summary>
internal sealed class SpeedProbe : IDisposable
{
    private const int MostImages = 1024;
    private const long MostBytes = 48 << 20;
    private const int FewSteps = 3;
    private const int MostSteps = 2000;

    // The fastest counts: what disturbs a measurement only ever adds to it.
    private const int Repetitions = 2;

    // Until the runtime has compiled its code for good.
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(2);
    private readonly Recipe _recipe;
    private readonly DataShape _data;
    private readonly TimeSpan _time;
    private readonly LocalTrainer[] _trainers;
    private readonly int _images;
    private volatile bool _isWarm;

    /// <param name="data">Size of the images, number of classes.</param>
    /// <param name="recipe">Batch, augmentation and the like.</param>
    /// <param name="jobs">Runs side by side.</param>
    /// <param name="threads">Threads of each.</param>
    /// <param name="kernels">Of each.</param>
    /// <param name="time">For each figure.</param>
    public SpeedProbe(DataShape data, Recipe recipe, int jobs, int threads, KernelRow kernels, TimeSpan time)
    {
        _data = data;
        _recipe = recipe;
        _time = time;

        // At least a batch, and otherwise no more than a moment's work for large images.
        _images = Math.Max(recipe.BatchSize, (int)Math.Min(MostImages, MostBytes / (3L * data.Height * data.Width)));
        ImageSet images = Noise(data, _images);
        _trainers = [.. Enumerable.Range(0, jobs).Select(_ => new LocalTrainer(images, Normalization.Of(images), new LocalTrainerOptions(threads, TimeSpan.MaxValue, kernels)))];
    }

    /// <summary>Measures a network: the mean over the runs side by side.</summary>
    public async Task<Measurement> MeasureAsync(Architecture architecture, CancellationToken cancellation)
    {
        long before = NativeMemoryUse.Bytes;
        NativeMemoryUse.ResetPeak();
        (double Start, double Train, double Infer)[] seconds = await Task.WhenAll(_trainers.Select(trainer => Task.Run(() => MeasureAsync(trainer, architecture, cancellation), cancellation)))
            .ConfigureAwait(false);
        return new Measurement(
            seconds.Average(run => run.Start), seconds.Average(run => run.Train), seconds.Average(run => run.Infer), (double)(NativeMemoryUse.Peak - before) / _trainers.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (LocalTrainer trainer in _trainers)
        {
            trainer.Dispose();
        }
    }

    private static ImageSet Noise(DataShape data, int count)
    {
        SeededRandom random = new(1);
        byte[] pixels = new byte[(long)count * data.Height * data.Width * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(random.NextBits() >> 56);
        }

        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % data.Classes)];
        return new ImageSet(data.Height, data.Width, pixels, labels, [.. labels.Select((_, i) => $"noise/{i}")]);
    }

    private async Task<(double Start, double Train, double Infer)> MeasureAsync(LocalTrainer trainer, Architecture architecture, CancellationToken cancellation)
    {
        Stopwatch clock = Stopwatch.StartNew();
        double few;
        do
        {
            // Emitting kernels and compiling belong to no image and to no start.
            few = await SecondsAsync(trainer, architecture, FewSteps, cancellation).ConfigureAwait(false);
        }
        while (!_isWarm && clock.Elapsed < s_warmUp);

        _isWarm = true;

        // Until the steps alone, without the start, take the time that was asked for.
        int steps = FewSteps;
        double many;
        do
        {
            steps = Math.Min(2 * steps, MostSteps);
            many = await SecondsAsync(trainer, architecture, steps, cancellation).ConfigureAwait(false);
        }
        while (many - few < _time.TotalSeconds && steps < MostSteps);

        double infer = double.PositiveInfinity;
        for (int repetition = 0; repetition < Repetitions; repetition++)
        {
            few = Math.Min(few, await SecondsAsync(trainer, architecture, FewSteps, cancellation).ConfigureAwait(false));
            TrainedModel trained = await TrainAsync(trainer, architecture, steps, cancellation).ConfigureAwait(false);
            using IModel model = trained.Model;
            many = Math.Min(many, trained.Seconds);
            infer = Math.Min(infer, Infer(model, cancellation));
        }

        // Two trainings of different lengths tell the start from the steps.
        double step = Math.Max((many - few) / (steps - FewSteps), many / steps / 4);
        return (Math.Max(0, many - (steps * step)), step / _recipe.BatchSize, infer);
    }

    private async Task<double> SecondsAsync(LocalTrainer trainer, Architecture architecture, int steps, CancellationToken cancellation)
    {
        TrainedModel trained = await TrainAsync(trainer, architecture, steps, cancellation).ConfigureAwait(false);
        trained.Model.Dispose();
        return trained.Seconds;
    }

    private Task<TrainedModel> TrainAsync(LocalTrainer trainer, Architecture architecture, int steps, CancellationToken cancellation)
    {
        // A learning rate that changes nothing: the probe must not diverge on noise.
        Recipe recipe = _recipe with { Training = new TrainingLength(1e-9, steps, new Schedule(ScheduleKind.Step, 1e-6, 0, [])) };
        LabelledSample[] samples = [.. Enumerable.Range(0, _images).Select(i => new LabelledSample(new SampleId(i), i % _data.Classes))];
        return trainer.TrainAsync(new TrialRequest("probe", architecture, _data.Classes, samples, [], recipe, 1), cancellation);
    }

    private double Infer(IModel model, CancellationToken cancellation)
    {
        SampleId[] samples = [.. Enumerable.Range(0, _images).Select(i => new SampleId(i))];
        model.Embed(samples[..Math.Max(1, _images / 4)], cancellation);
        long start = Stopwatch.GetTimestamp();
        int passes = 0;
        do
        {
            model.Embed(samples, cancellation);
            passes++;
        }
        while (Stopwatch.GetElapsedTime(start) < _time);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / passes / _images;
    }
}
