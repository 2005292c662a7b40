using System.Diagnostics;

namespace FastFence.Tidy.Sources;

/// <summary>The checkout these tests were built in: its root, and the files that are (or would be) part of it.</summary>
internal static class Repository
{
    private static readonly string[] s_generatedFolders = ["bin", "obj", "TestResults", "BenchmarkDotNet.Artifacts", ".git", ".vs"];

    /// <summary>Walked up to from the test's own folder: a deterministic build's [CallerFilePath] is not a real path.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Paths from the root with forward slashes, sorted.</summary>
    public static IReadOnlyList<string> Paths { get; } =
        [.. (ListWithGit() ?? ListByWalking()).Where(path => File.Exists(Full(path))).Order(StringComparer.Ordinal)];

    public static string Full(string path) => Path.Combine(Root, path);

    public static IReadOnlyList<SourceFile> Read(Func<string, bool> wanted) =>
        [.. Paths.Where(wanted).Select(path => new SourceFile(path, File.ReadAllText(Full(path))))];

    /// <summary>All C# files below a folder; the folder ends with a slash, or is empty for the whole repository.</summary>
    public static IReadOnlyList<SourceFile> CSharpBelow(string folder) =>
        Read(path => path.StartsWith(folder, StringComparison.Ordinal) && path.EndsWith(".cs", StringComparison.Ordinal));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FastFence.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No FastFence.sln in or above {AppContext.BaseDirectory}");
    }

    // Untracked files count too, unless ignored: a rule should speak before the commit, not after.
    private static List<string>? ListWithGit()
    {
        if (!Path.Exists(Path.Combine(Root, ".git")))
        {
            return null;
        }

        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "-co", "--exclude-standard", "-z"])
            {
                WorkingDirectory = Root,
                RedirectStandardOutput = true,
            });
            var output = git!.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Distinct()] : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // no git on this machine
        }
    }

    private static List<string> ListByWalking()
    {
        var paths = new List<string>();
        var open = new Stack<string>([Root]);
        while (open.TryPop(out var folder))
        {
            paths.AddRange(Directory.GetFiles(folder).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')));
            foreach (var below in Directory.GetDirectories(folder))
            {
                if (!s_generatedFolders.Contains(Path.GetFileName(below)))
                {
                    open.Push(below);
                }
            }
        }

        return paths;
    }
}
