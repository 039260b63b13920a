using System.Collections.Concurrent;
using ActiveInas.Data;
using ActiveInas.Runs.Live;
using ActiveInas.Runs.Output;
using ActiveInas.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActiveInas.Cli.Views;

/// <summary>A bar that moves for what is loaded or trained; lines above it for everything else.</summary>
internal sealed class TerminalProgress : IProgress<ProgressEvent>
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);
    private readonly Lock _gate = new();
    private readonly IAnsiConsole _console;
    private readonly ProgressContext _context;
    private readonly ConcurrentDictionary<int, string> _notes;
    private ProgressTask? _current;
    private string? _key;

    private TerminalProgress(IAnsiConsole console, ProgressContext context, ConcurrentDictionary<int, string> notes)
    {
        _console = console;
        _context = context;
        _notes = notes;
    }

    /// <summary>Does the work while the bar shows. What goes wrong with the bar is one line on stderr and nothing to the work.</summary>
    public static async Task<T> WatchAsync<T>(IAnsiConsole console, TextWriter error, Func<IProgress<ProgressEvent>, Task<T>> work)
    {
        ConcurrentDictionary<int, string> notes = new();
        Task<T>? task = null;
        try
        {
            // Refreshed here: an exception in a thread of Spectre.Console's own would end the process.
            await console.Progress()
                .AutoRefresh(false)
                .AutoClear(true)
                .HideCompleted(true)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 30 }, new NoteColumn(notes))
                .StartAsync(async context =>
                {
                    SafeProgress events = new(new TerminalProgress(console, context, notes), exception => LiveView.ReportFailure(error, exception));
                    task = Task.Run(() => work(events));
                    while (!task.IsCompleted)
                    {
                        context.Refresh();
                        await Task.WhenAny(task, Task.Delay(s_interval)).ConfigureAwait(false);
                    }
                }).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LiveView.ReportFailure(error, exception);
        }

        return await (task ?? work(ProgressViews.Lines(error))).ConfigureAwait(false);
    }

    public void Report(ProgressEvent value)
    {
        lock (_gate)
        {
            if (value is DataProgressed data)
            {
                Move($"loading {data.What}", data.Done, data.Total);
            }
            else if (value is TrainingProgressed training)
            {
                Move($"training {training.Key}", training.Step, training.Steps);
            }
            else if (ProgressText.Line(value) is { } line)
            {
                _console.Write(new Text(Printable.Text(line) + "\n"));
            }
        }
    }

    private void Move(string what, long done, long total)
    {
        if (_key != what)
        {
            End();
            _key = what;
            _current = _context.AddTask(Markup.Escape(what), maxValue: 1);
        }

        _current!.IsIndeterminate = total <= 0;
        _current.MaxValue = Math.Max(1, total);
        _current.Value = Math.Min(done, Math.Max(1, total) * 0.9999);
        _notes[_current.Id] = total > 0 ? $"{NumberText.Count(done)} of {NumberText.Count(total)}" : NumberText.Count(done);
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
    }

    /// <summary>The words behind a bar.</summary>
    private sealed class NoteColumn(ConcurrentDictionary<int, string> notes) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
            => new Text(notes.GetValueOrDefault(task.Id, ""), new Style(Color.Grey));
    }
}
