using ActiveInas.Data;
using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Live;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;

namespace ActiveInas.Cli.Views;

/// <summary>What a dashboard needs of the events beside what the run writes: its folder, the latest messages, and what is being loaded.</summary>
internal sealed class LatestEvents : IProgress<ProgressEvent>
{
    private const int Kept = 3;
    private readonly Lock _gate = new();
    private readonly Queue<string> _notices = new();

    /// <summary>The run's folder, once it is known.</summary>
    public string? Folder { get; private set; }

    /// <summary>"loading cifar10: 12,000 of 60,000"; null: nothing was loaded yet.</summary>
    public string? Loading { get; private set; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<string> Notices
    {
        get
        {
            lock (_gate)
            {
                return [.. _notices];
            }
        }
    }

    public void Report(ProgressEvent value)
    {
        switch (value)
        {
            case RunOpened opened:
                Folder = opened.Folder;
                break;
            case DataProgressed data:
                Loading = $"loading {data.What}: {NumberText.Count(data.Done)}{(data.Total > 0 ? $" of {NumberText.Count(data.Total)}" : "")}";
                break;
            case CellProgressed cell when cell.Inner is DataProgressed:
                Report(cell.Inner);
                break;
            case Notice or Warning or CellFailed or CellBusy or CellProgressed { Inner: Warning }:
                Note(ProgressText.Line(value));
                break;
        }
    }

    private void Note(string? line)
    {
        lock (_gate)
        {
            if (line is not null)
            {
                _notices.Enqueue(line);
            }

            while (_notices.Count > Kept)
            {
                _notices.Dequeue();
            }
        }
    }
}
