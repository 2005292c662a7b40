using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Floors;

/// <summary>`floors`: the matrix with its counts on the console. `floors --write`: the diagram into src/README.md as well.</summary>
internal static class FloorsCommand
{
    public static int Run(bool write)
    {
        var uses = FloorUses.In(CoreCompilation.Real).ToList();
        Console.WriteLine("rows use columns; counts are names bound to something declared on that floor\n");
        Console.Write(new FloorMatrix(uses).ToText());

        var upward = uses.Where(use => use.IsUpward).ToList();
        foreach (var use in upward)
        {
            Console.WriteLine(use.ToFinding());
        }

        if (write)
        {
            var page = Repository.Full(FloorDiagram.Page);
            File.WriteAllText(page, FloorDiagram.Put(File.ReadAllText(page), FloorDiagram.Current()));
            Console.WriteLine($"\n{FloorDiagram.Page} rewritten");
        }

        return upward.Count == 0 ? 0 : 1;
    }
}
