namespace FastFence.Bench.Cli;

/// <summary>A file that is to be written when all is measured: looked at before, so that minutes are not measured for nothing.</summary>
internal static class OutputFile
{
    /// <summary>Can it be written?</summary>
    /// <exception cref="ArgumentException">No, and why.</exception>
    public static FileInfo? Check(FileInfo? file)
    {
        if (file == null)
        {
            return null;
        }

        if (Directory.Exists(file.FullName))
        {
            throw new ArgumentException($"--json: '{file}' is a folder. Name a file in it.");
        }

        if (file.Directory is { Exists: false } folder)
        {
            throw new ArgumentException($"--json: '{file}': there is no folder '{folder}'. Make it, or name another.");
        }

        bool isNew = !file.Exists;
        try
        {
            using (file.Open(FileMode.OpenOrCreate, FileAccess.Write))
            {
            }

            if (isNew)
            {
                file.Delete();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"--json: '{file}' cannot be written: {e.Message} Name another file.", e);
        }

        return file;
    }
}
