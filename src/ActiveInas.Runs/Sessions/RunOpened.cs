namespace ActiveInas.Runs.Sessions;

/// <summary>A run is recorded from here on, and can be resumed.</summary>
/// <param name="Id">Short id.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Budget">Labels at most.</param>
public sealed record RunOpened(string Id, string Folder, int Budget) : ProgressEvent
{
    /// <inheritdoc/>
    public override string Line => $"run {Id} in {Folder}";
}
