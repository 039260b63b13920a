using System.Text;

namespace ActiveInas.Cli;

/// <summary>Writes until that fails, and then nothing more: a terminal that went away ends no command.</summary>
internal sealed class LastingWriter(TextWriter inner) : TextWriter
{
    private volatile bool _isGone;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        if (_isGone)
        {
            return;
        }

        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            _isGone = true;
        }
    }
}
