using System.Text;

namespace FastFence.Tool.Captures;

/// <summary>Turns bytes of a capture into text, and into text that is safe to print in an error message.</summary>
internal static class FieldText
{
    /// <summary>Longest quote of a bad field in a message; a binary file must not fill the screen.</summary>
    private const int MaxShown = 60;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes; bytes that are not UTF-8 become U+FFFD.</summary>
    internal static string Decode(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>Decodes strictly into <paramref name="chars"/>, or returns -1.</summary>
    internal static int TryDecode(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        try
        {
            return s_strict.GetChars(bytes, chars);
        }
        catch (DecoderFallbackException)
        {
            return -1;
        }
    }

    /// <summary>The field in quotes, cut and with control characters replaced; an empty one in words.</summary>
    internal static string Show(ReadOnlySpan<byte> bytes) =>
        Show(Decode(bytes.Length > 4 * MaxShown ? bytes[..(4 * MaxShown)] : bytes));

    /// <inheritdoc cref="Show(ReadOnlySpan{byte})"/>
    internal static string Show(string text)
    {
        if (text.Length == 0)
        {
            return "nothing";
        }

        StringBuilder shown = new("'");
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, MaxShown)))
        {
            shown.Append(char.IsControl(c) ? '?' : c);
        }

        return shown.Append(text.Length > MaxShown ? "...'" : "'").ToString();
    }
}
