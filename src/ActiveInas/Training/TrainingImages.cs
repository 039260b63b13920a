using ActiveInas.Data;

namespace ActiveInas.Training;

/// <summary>Connects the trainer to the augmentation of the data folder.</summary>
internal static class TrainingImages
{
    /// <summary>The images of a training's steps.</summary>
    public static BatchImages For(TrainerContext context, TrialRequest request)
    {
        Augmentation augmentation = new(request.Recipe.Augmentation.For(request.Architecture), context.Normalization);
        ulong augmentationSeed = SeedTree.Derive(request.Seed, "augmentation");
        ImageSet images = context.Images;
        return (step, samples, pixels) => augmentation.Apply(images, samples, augmentationSeed, step, pixels);
    }
}
