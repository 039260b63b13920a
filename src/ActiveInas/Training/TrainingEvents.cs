namespace ActiveInas.Training;

/// <summary>A training begins, or goes on after so many steps.</summary>
public sealed record TrainingStarted(string Key, long Step, long Steps) : ProgressEvent;

/// <summary>A training moved on.</summary>
public sealed record TrainingProgressed(string Key, long Step, long Steps, double Loss, double ImagesPerSecond) : ProgressEvent;
