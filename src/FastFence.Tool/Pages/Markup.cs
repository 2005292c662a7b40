using System.Globalization;
using System.Net;
using System.Text;

namespace FastFence.Tool.Pages;

/// <summary>HTML and SVG text. What comes from a file goes through <see cref="Text"/> or an attribute, both escaped.</summary>
internal sealed class Markup
{
    private readonly StringBuilder _text = new(64 * 1024);

    /// <summary>Opens an element; attributes in pairs of name and value.</summary>
    internal Markup Open(string element, params ReadOnlySpan<string> attributes)
    {
        Begin(element, attributes);
        _text.Append('>');
        return this;
    }

    /// <summary>Closes it.</summary>
    internal Markup Close(string element)
    {
        _text.Append("</").Append(element).Append(">\n");
        return this;
    }

    /// <summary>An element without content.</summary>
    internal Markup Empty(string element, params ReadOnlySpan<string> attributes)
    {
        Begin(element, attributes);
        _text.Append("/>\n");
        return this;
    }

    /// <summary>An element with text.</summary>
    internal Markup Element(string element, string text, params ReadOnlySpan<string> attributes) =>
        Open(element, attributes).Text(text).Close(element);

    /// <summary>Text.</summary>
    internal Markup Text(string text)
    {
        _text.Append(WebUtility.HtmlEncode(text));
        return this;
    }

    /// <summary>Markup of our own, as it is.</summary>
    internal Markup Raw(string markup)
    {
        _text.Append(markup);
        return this;
    }

    /// <summary>A coordinate.</summary>
    internal static string At(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    public override string ToString() => _text.ToString();

    private void Begin(string element, ReadOnlySpan<string> attributes)
    {
        _text.Append('<').Append(element);
        for (int i = 0; i + 1 < attributes.Length; i += 2)
        {
            _text.Append(' ').Append(attributes[i]).Append("=\"").Append(WebUtility.HtmlEncode(attributes[i + 1])).Append('"');
        }
    }
}
