using ActiveInas.Data;
using ActiveInas.Runs.Live;

namespace ActiveInas.Cli.Views;

/// <summary>One line a stage.</summary>
internal sealed class PlainProgress(TextWriter error) : IProgress<ProgressEvent>
{
    private readonly Lock _gate = new();
    private string? _loading;

    public void Report(ProgressEvent value)
    {
        lock (_gate)
        {
            if (value is DataProgressed data)
            {
                if (_loading != data.What)
                {
                    _loading = data.What;
                    error.WriteLine(Printable.Text($"loading {data.What}"));
                }
            }
            else if (ProgressText.Line(value) is { } line)
            {
                error.WriteLine(Printable.Text(line));
            }
        }
    }
}
