using ActiveInas.Learning;
using ActiveInas.Runs.Live;
using ActiveInas.Runs.Output;

namespace ActiveInas.Runs.Experiments;

/// <summary>An experiment begins: so many cells, of which some are finished already.</summary>
internal sealed record ExperimentOpened(string Folder, int Cells, int Finished, int Jobs, int Threads) : ProgressEvent
{
    /// <inheritdoc/>
    public override string? Line => $"experiment in {Folder}: {Counted.Of(Cells, "run")}, {Finished} finished; {Jobs} at a time with {Counted.Of(Threads, "thread")} each";
}

/// <summary>A cell begins or goes on.</summary>
internal sealed record CellStarted(ExperimentCell Cell) : ProgressEvent
{
    /// <inheritdoc/>
    public override string? Line => $"{Cell.Label}: started ({Cell.Id})";
}

/// <summary>Something happened in a cell.</summary>
public sealed record CellProgressed(ExperimentCell Cell, ProgressEvent Inner) : ProgressEvent
{
    /// <inheritdoc/>
    public override string? Line => Inner is RoundEnded or Warning && ProgressText.Line(Inner) is { } line ? $"{Cell.Label}: {line}" : null;
}

/// <summary>A cell is finished.</summary>
internal sealed record CellFinished(ExperimentCell Cell, RunDocument Run) : ProgressEvent
{
    /// <inheritdoc/>
    public override string? Line => $"{Cell.Label}: finished after {NumberText.Duration(Run.Seconds)}";
}

/// <summary>A cell failed; the others go on.</summary>
public sealed record CellFailed(ExperimentCell Cell, string Message) : ProgressEvent
{
    /// <inheritdoc/>
    public override string? Line => $"{Cell.Label}: failed: {Message}";
}

/// <summary>Another process works on a cell, which is left to it.</summary>
public sealed record CellBusy(ExperimentCell Cell) : ProgressEvent
{
    /// <inheritdoc/>
    public override string? Line => $"{Cell.Label}: another process works on it";
}
