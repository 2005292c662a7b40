using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>Finds the folder of the real GPU captures; a test that needs it is skipped where there is none.</summary>
internal static class TraceFolder
{
    private const string Variable = "FASTFENCE_TRACES";

    /// <summary>The folder: <c>FASTFENCE_TRACES</c>, else <c>../shared/traces</c> beside the repository.</summary>
    internal static string Find()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        string folder = string.IsNullOrEmpty(named) ? Path.Combine(Repository(), "..", "shared", "traces") : named;
        if (!Directory.Exists(folder))
        {
            Assert.Skip($"no captures: {Path.GetFullPath(folder)} does not exist (set {Variable} to the folder that holds them)");
        }

        return Path.GetFullPath(folder);
    }

    /// <summary>A file in it.</summary>
    internal static string File(string name) => Path.Combine(Find(), name);

    // Up from the test's own folder: with deterministic builds the source path is not a real one.
    private static string Repository()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(d.FullName, "FastFence.sln")))
            {
                return d.FullName;
            }
        }

        return AppContext.BaseDirectory;
    }
}
