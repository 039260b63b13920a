using ActiveInas.Architectures;

namespace ActiveInas.Training;

/// <summary>Shape of the learning rate over a training.</summary>
public enum ScheduleKind
{
    /// <summary>Constant, with drops at given shares of the training.</summary>
    Step,

    /// <summary>Linear warm-up to the peak, then linear to zero.</summary>
    OneCycle,

    /// <summary>Linear warm-up to the peak, then half a cosine to zero.</summary>
    Cosine,
}

/// <summary>How the samples of a step are drawn.</summary>
public enum SamplingKind
{
    /// <summary>The next of a shuffled pass over S, reshuffled when exhausted, filled from the next pass.</summary>
    Shuffle,

    /// <summary>Uniformly with replacement.</summary>
    WithReplacement,
}

/// <summary>Which epoch's validation accuracy a candidate is scored by.</summary>
public enum CandidateScore
{
    /// <summary>The best of any epoch (the authors').</summary>
    BestEpoch,

    /// <summary>The last epoch.</summary>
    LastEpoch,
}

/// <summary>Which error of a candidate on V' the search compares.</summary>
public enum CandidateMetric
{
    /// <summary>The balanced error where the labels are imbalanced (<see cref="Search.LabelBalance"/>), else the 0-1 error.</summary>
    Auto,

    /// <summary>The 0-1 error (the authors').</summary>
    Accuracy,

    /// <summary>The balanced error: 1 - mean recall over the classes present in V'.</summary>
    Balanced,
}

/// <summary>From this epoch on, this learning rate.</summary>
public readonly record struct LearningRateDrop(double Epoch, double Rate);

/// <summary>A learning-rate schedule.</summary>
/// <param name="Kind">Its shape.</param>
/// <param name="Peak">Learning rate at the start (Step) or at the end of the warm-up.</param>
/// <param name="WarmupShare">Share of all steps that warm up (OneCycle, Cosine).</param>
/// <param name="Drops">For Step, in order.</param>
public sealed record Schedule(ScheduleKind Kind, double Peak, double WarmupShare, IReadOnlyList<LearningRateDrop> Drops);

/// <summary>Per-image augmentation: one affine map about the centre, bilinear, nearest fill, or whole-pixel crops; one map of the colours; one covered
/// square. Null is off: see <see cref="Augmentation"/>.</summary>
/// <param name="FlipProbability">Horizontal flip.</param>
/// <param name="ShiftShare">Shift uniform in +- this share of the side, on each axis.</param>
/// <param name="ShiftPixels">Whole-pixel shift uniform in -n..n on each axis with replicated edges (0: off).</param>
/// <param name="RotationDegrees">Rotation uniform in +- this.</param>
/// <param name="CropArea">Random resized crop: the smallest share of the area that is kept, (0, 1].</param>
/// <param name="Operations">RandAugment: operations an image.</param>
/// <param name="Magnitude">RandAugment: the largest strength, 0..1 of its ranges.</param>
/// <param name="CutoutShare">Cutout: side of the covered square over the shorter side of the image, 0..1.</param>
/// <param name="LightBlocks">Networks of so many blocks i * j at most do not fit images that are changed much: theirs get one operation, keep half of their area at
/// least, and are not covered. Null: all networks get the same.</param>
public sealed record AugmentationRecipe(
    double FlipProbability,
    double ShiftShare,
    int ShiftPixels,
    double RotationDegrees,
    double? CropArea = null,
    int? Operations = null,
    double? Magnitude = null,
    double? CutoutShare = null,
    int? LightBlocks = null)
{
    private const double LightCropArea = 0.5;

    /// <summary>What the images of a network's training get.</summary>
    public AugmentationRecipe For(Architecture architecture) => architecture.Blocks * architecture.Stacks > (LightBlocks ?? 0)
        ? this
        : this with
        {
            CropArea = CropArea is { } area ? Math.Max(area, LightCropArea) : null,
            Operations = Operations is { } operations ? Math.Min(operations, 1) : null,
            CutoutShare = null,
        };
}

/// <summary>How long and how a network is trained.</summary>
/// <param name="Epochs">Epochs.</param>
/// <param name="MinimumSteps">The training has at least so many steps, however small S is: then its epochs (and with them the schedule and
/// the evaluations) are stretched evenly over them. 0: no minimum.</param>
/// <param name="Schedule">Learning rate.</param>
/// <param name="MinimumBlocks">Blocks i * j of the networks for which the minimum holds. Deeper ones fit in fewer steps and shallower ones need more: the
/// minimum times sqrt(MinimumBlocks / blocks), a half of it at least and twice at most. Null: the minimum holds for all.</param>
public sealed record TrainingLength(double Epochs, int MinimumSteps, Schedule Schedule, int? MinimumBlocks = null)
{
    private const double LeastFactor = 0.5;
    private const double MostFactor = 2;

    /// <summary>The fewest steps of a network's training.</summary>
    public int MinimumFor(Architecture architecture)
    {
        if (MinimumBlocks is not { } blocks)
        {
            return MinimumSteps;
        }

        double factor = Math.Sqrt((double)blocks / (architecture.Blocks * architecture.Stacks));
        return (int)Math.Round(MinimumSteps * Math.Clamp(factor, LeastFactor, MostFactor), MidpointRounding.AwayFromZero);
    }
}

/// <summary>Everything that a training needs besides data, architecture and seed. A recipe is data: a JSON file, or --set recipe.KEY=VALUE.</summary>
/// <param name="Name">A built-in one's, or the user's own.</param>
/// <param name="BatchSize">Images a step.</param>
/// <param name="StepsPerEpoch">Fixed steps an epoch (the authors' 390), or null: ceil(|S| / BatchSize).</param>
/// <param name="Training">The training of each round.</param>
/// <param name="Candidate">The training of a candidate in the search.</param>
/// <param name="CandidateScore">Which epoch scores a candidate.</param>
/// <param name="Sampling">How a step's samples are drawn.</param>
/// <param name="Momentum">Nesterov momentum.</param>
/// <param name="WeightDecay">On convolution kernels only.</param>
/// <param name="BatchNormEpsilon">Added to the variance.</param>
/// <param name="BatchNormRunningWeight">Weight of the batch in the running statistics.</param>
/// <param name="DropoutRate">p of MC-dropout inference (and of training, when on).</param>
/// <param name="DropoutInTraining">Off in the authors' experiments.</param>
/// <param name="Augmentation">Per-image augmentation.</param>
/// <param name="LabelSmoothing">e of the target (1 - e) y + e / classes (Szegedy et al., arXiv 1512.00567); null: 0.</param>
/// <param name="LogitAdjustment">t of the loss on logits + t log(share of the class in S) (Menon et al., arXiv 2007.07314): the larger t, the more a rare
/// class counts; null: 0.</param>
/// <param name="AverageShare">Share of a training's steps over which an exponential moving average of its weights and statistics fades by 1/e; what
/// is evaluated and kept is that average (Polyak and Juditsky, 1992; Tarvainen and Valpola, arXiv 1703.01780); null: the last weights.</param>
public sealed record Recipe(
    string Name,
    int BatchSize,
    int? StepsPerEpoch,
    TrainingLength Training,
    TrainingLength Candidate,
    CandidateScore CandidateScore,
    SamplingKind Sampling,
    double Momentum,
    double WeightDecay,
    double BatchNormEpsilon,
    double BatchNormRunningWeight,
    double DropoutRate,
    bool DropoutInTraining,
    AugmentationRecipe Augmentation,
    double? LabelSmoothing = null,
    double? LogitAdjustment = null,
    double? AverageShare = null)
{
    /// <summary>Which error of a candidate the search compares. A recipe written before there was a choice means the 0-1 error.</summary>
    public CandidateMetric CandidateMetric { get; init; } = CandidateMetric.Accuracy;
}
