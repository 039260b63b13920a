using System.Collections.Concurrent;
using System.Diagnostics;
using ActiveInas.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActiveInas.Cli.Views;

/// <summary>Bars that move: finished stages as lines above, then all labels, then the training or loading under way.</summary>
internal sealed class TerminalProgress : IProgress<ProgressEvent>
{
    private readonly Lock _gate = new();
    private readonly IAnsiConsole _console;
    private readonly ProgressContext _context;
    private readonly ConcurrentDictionary<int, string> _notes;
    private readonly Stopwatch _sinceKey = new();
    private ProgressTask? _all;
    private ProgressTask? _current;
    private StageStarted? _stage;
    private string? _key;
    private long _firstStep;

    private TerminalProgress(IAnsiConsole console, ProgressContext context, ConcurrentDictionary<int, string> notes)
    {
        _console = console;
        _context = context;
        _notes = notes;
    }

    /// <summary>Does the work while the bars show.</summary>
    public static Task<T> WatchAsync<T>(IAnsiConsole console, Func<IProgress<ProgressEvent>, Task<T>> work)
    {
        ConcurrentDictionary<int, string> notes = new();
        return console.Progress()
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 30 }, new NoteColumn(notes))
            .StartAsync(context => work(new TerminalProgress(console, context, notes)));
    }

    public void Report(ProgressEvent value)
    {
        lock (_gate)
        {
            switch (value)
            {
                case RunOpened opened:
                    _console.MarkupLineInterpolated($"[grey]run {opened.Id} in {opened.Folder}/[/]");
                    _all = _context.AddTask("all labels", maxValue: Math.Max(1, opened.Budget));
                    Note(_all, $"0 of {ProgressText.Count(opened.Budget)}");
                    break;
                case StageStarted stage:
                    Begin(stage);
                    break;
                case TrainingProgressed training:
                    Advance(training);
                    break;
                case DataProgressed data:
                    Load(data);
                    break;
                default:
                    Line(value);
                    break;
            }
        }
    }

    private void Note(ProgressTask task, string note) => _notes[task.Id] = note;

    private void Begin(StageStarted stage)
    {
        End();
        _stage = stage;
        _all?.Value(Math.Min(stage.Labels, _all.MaxValue * 0.9999));
        if (_all is not null)
        {
            Note(_all, $"{ProgressText.Count(stage.Labels)} of {ProgressText.Count((long)_all.MaxValue)}");
        }

        Show($"round {stage.Round} {stage.Stage} {stage.Architecture}", "").IsIndeterminate(true);
    }

    private void Advance(TrainingProgressed training)
    {
        if (_key != training.Key)
        {
            End();
            _key = training.Key;
            _firstStep = training.Step;
            _sinceKey.Restart();
            Show(Describe(training.Key), "");
        }

        ProgressTask task = _current!;
        task.MaxValue = Math.Max(1, training.Steps);
        task.Value = Math.Min(training.Step, training.Steps * 0.9999);
        long made = training.Step - _firstStep;
        string left = made > 0
            ? $", {ProgressText.Duration(_sinceKey.Elapsed.TotalSeconds / made * (training.Steps - training.Step))} left"
            : "";
        Note(task, $"step {training.Step} of {training.Steps}, {training.ImagesPerSecond:N0} images/s, loss {training.Loss:0.000}{left}");
    }

    private void Load(DataProgressed data)
    {
        if (_key != data.What)
        {
            End();
            _key = data.What;
            Show($"loading {data.What}", "");
        }

        _current!.IsIndeterminate = data.Total <= 0;
        _current.MaxValue = Math.Max(1, data.Total);
        _current.Value = Math.Min(data.Done, Math.Max(1, data.Total) * 0.9999);
        Note(_current, data.Total > 0 ? $"{ProgressText.Count(data.Done)} of {ProgressText.Count(data.Total)}" : ProgressText.Count(data.Done));
    }

    private void Line(ProgressEvent value)
    {
        if (value is RoundEnded or SearchEnded)
        {
            End();
        }

        if (ProgressText.Line(value) is { } line)
        {
            _console.Write(new Text(line + "\n", value is RoundEnded ? new Style(Color.Green) : Style.Plain));
        }
    }

    // "round-03/search/A(2,1)" under the stage of round 3 reads "round 3 search A(2,1)".
    private string Describe(string key)
    {
        string what = key.Split('/')[^1];
        return _stage is null ? key : $"round {_stage.Round} {_stage.Stage} {(what == _stage.Stage ? _stage.Architecture?.ToString() : what)}";
    }

    private ProgressTask Show(string description, string note)
    {
        _current = _context.AddTask(Markup.Escape(description), maxValue: 1);
        Note(_current, note);
        return _current;
    }

    private void End()
    {
        if (_current is not null)
        {
            _current.IsIndeterminate = false;
            _current.Value = _current.MaxValue;
            _current.StopTask();
        }

        _current = null;
        _key = null;
    }

    /// <summary>The words behind a bar.</summary>
    private sealed class NoteColumn(ConcurrentDictionary<int, string> notes) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
            => new Text(notes.GetValueOrDefault(task.Id, ""), new Style(Color.Grey));
    }
}
