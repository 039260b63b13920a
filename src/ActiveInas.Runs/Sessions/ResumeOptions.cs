namespace ActiveInas.Runs.Sessions;

/// <summary>What may differ when a run goes on.</summary>
public sealed record ResumeOptions
{
    /// <summary>Another file of labels for the file oracle.</summary>
    public string? Labels { get; init; }

    /// <summary>Another place of the same data.</summary>
    public string? Data { get; init; }

    /// <summary>Another number of threads.</summary>
    public int? Threads { get; init; }

    /// <summary>Go on where the recorded kernels may not be used: the results will not be those of an uninterrupted run.</summary>
    public bool AllowOtherKernels { get; init; }
}
