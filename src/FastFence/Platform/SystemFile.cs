namespace FastFence.Platform;

/// <summary>The small text files of /proc and /sys. They come and go with kernel versions and sandboxes: absence is an answer.</summary>
internal static class SystemFile
{
    /// <summary>The trimmed text of a file, or false when there is none to be read.</summary>
    public static bool TryRead(string path, out string text)
    {
        try
        {
            text = File.ReadAllText(path).Trim();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            text = "";
            return false;
        }
    }

    /// <summary>The lines of a file; none when it cannot be read.</summary>
    public static string[] Lines(string path) => TryRead(path, out string text) && text.Length > 0 ? text.Split('\n') : [];
}
