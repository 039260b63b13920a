using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using ActiveInas.Data;
using ActiveInas.Data.Images;

namespace ActiveInas.Server;

/// <summary>Makes PNGs of image files that browsers do not show, and smaller ones of large photos.</summary>
public interface IImageConverter
{
    /// <summary>Decodes a file.</summary>
    /// <exception cref="DataException">It cannot be decoded.</exception>
    Task<byte[]> ToPngAsync(string path, int? width, CancellationToken cancellation);
}

/// <summary>Decodes in this process.</summary>
public sealed class LocalImageConverter : IImageConverter
{
    /// <inheritdoc/>
    public Task<byte[]> ToPngAsync(string path, int? width, CancellationToken cancellation) => Task.Run(() => ImageFile.ToPng(path, width), cancellation);
}

/// <summary>Decodes in a process of its own: a file that breaks the decoder takes that process along and nothing else; it is started again for the next one.</summary>
/// <param name="program">Whose command label-images does the work.</param>
public sealed class ProcessImageConverter(ProgramCommand program) : IImageConverter, IDisposable
{
    /// <summary>The command that decodes files: it reads lines of width (0: as it is), tab, path; and answers each with a length, and so many bytes of PNG, or with the
    /// length negated and a message.</summary>
    public const string Command = "label-images";

    private const int LongestAnswer = 400 << 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly SemaphoreSlim _turn = new(1);
    private Process? _process;

    /// <inheritdoc/>
    public async Task<byte[]> ToPngAsync(string path, int? width, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Contains('\n', StringComparison.Ordinal))
        {
            throw new DataException($"{path}: the name holds a line break, so it cannot be passed on: rename the file.");
        }

        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using CancellationTokenSource patience = new(s_patience);
            return await AskAsync(path, width, patience.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
        {
            End();
            throw new DataException($"{path} broke the decoder, or took it longer than {s_patience.TotalSeconds:0} s: mark it as bad.", exception);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        _turn.Dispose();
    }

    /// <summary>The other end: answers until the input ends.</summary>
    public static void Serve(Stream input, Stream output)
    {
        using StreamReader lines = new(input, new UTF8Encoding(false));
        Span<byte> length = stackalloc byte[sizeof(int)];
        while (lines.ReadLine() is { } line)
        {
            (bool isImage, byte[] answer) = Answer(line);
            BinaryPrimitives.WriteInt32LittleEndian(length, isImage ? answer.Length : -answer.Length);
            output.Write(length);
            output.Write(answer);
            output.Flush();
        }
    }

    private static (bool IsImage, byte[] Bytes) Answer(string line)
    {
        try
        {
            string[] parts = line.Split('\t', 2);
            int width = int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture);
            return (true, ImageFile.ToPng(parts[1], width == 0 ? null : width));
        }
        catch (Exception exception) when (exception is DataException or IOException or UnauthorizedAccessException)
        {
            return (false, Encoding.UTF8.GetBytes(exception.Message));
        }
    }

    private async Task<byte[]> AskAsync(string path, int? width, CancellationToken cancellation)
    {
        if (_process is null || _process.HasExited)
        {
            End();
            _process = program.Start([Command], talks: true);
            _process.ErrorDataReceived += (_, _) => { };
            _process.BeginErrorReadLine();
        }

        await _process.StandardInput.WriteAsync($"{width ?? 0}\t{path}\n".AsMemory(), cancellation).ConfigureAwait(false);
        await _process.StandardInput.FlushAsync(cancellation).ConfigureAwait(false);
        Stream output = _process.StandardOutput.BaseStream;
        byte[] head = new byte[sizeof(int)];
        await output.ReadExactlyAsync(head, cancellation).ConfigureAwait(false);
        int length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is 0 or > LongestAnswer or < -LongestAnswer)
        {
            throw new IOException($"An answer of {length} bytes is not possible.");
        }

        byte[] answer = new byte[Math.Abs(length)];
        await output.ReadExactlyAsync(answer, cancellation).ConfigureAwait(false);
        return length > 0 ? answer : throw new DataException(Encoding.UTF8.GetString(answer));
    }

    private void End()
    {
        if (_process is { } process)
        {
            _process = null;
            try
            {
                process.Kill();
            }
            catch (InvalidOperationException)
            {
                // It has ended already.
            }

            process.Dispose();
        }
    }
}
