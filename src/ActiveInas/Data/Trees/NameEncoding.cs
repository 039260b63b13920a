using System.Text;

namespace ActiveInas.Data.Trees;

/// <summary>Names in archives that do not say how they are encoded: UTF-8 where they are valid UTF-8, else a code page in which every byte is a
/// character of its own, so that different names stay different.</summary>
internal sealed class NameEncoding : Encoding
{
    private const int WesternDos = 850;
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Encoding _fallback;

    private NameEncoding(Encoding fallback) => _fallback = fallback;

    /// <summary>What packers on Windows wrote before they wrote UTF-8.</summary>
    public static NameEncoding Zip { get; } = new(CodePagesEncodingProvider.Instance.GetEncoding(WesternDos)!);

    /// <summary>What packers on Unix wrote before they wrote UTF-8.</summary>
    public static NameEncoding Tar { get; } = new(Latin1);

    /// <inheritdoc/>
    public override string GetString(byte[] bytes, int index, int count)
    {
        try
        {
            return s_utf8.GetString(bytes, index, count);
        }
        catch (DecoderFallbackException)
        {
            return _fallback.GetString(bytes, index, count);
        }
    }

    /// <inheritdoc/>
    public override int GetCharCount(byte[] bytes, int index, int count) => GetString(bytes, index, count).Length;

    /// <inheritdoc/>
    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        string text = GetString(bytes, byteIndex, byteCount);
        text.CopyTo(0, chars, charIndex, text.Length);
        return text.Length;
    }

    /// <inheritdoc/>
    public override int GetMaxCharCount(int byteCount) => byteCount;

    /// <inheritdoc/>
    public override int GetByteCount(char[] chars, int index, int count) => s_utf8.GetByteCount(chars, index, count);

    /// <inheritdoc/>
    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        s_utf8.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    /// <inheritdoc/>
    public override int GetMaxByteCount(int charCount) => s_utf8.GetMaxByteCount(charCount);
}
