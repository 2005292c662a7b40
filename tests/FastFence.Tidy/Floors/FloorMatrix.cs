using System.Globalization;
using System.Text;

namespace FastFence.Tidy.Floors;

/// <summary>How often each floor (row) names something of each floor (column).</summary>
internal sealed class FloorMatrix
{
    private const int NameWidth = 12;
    private const int CellWidth = 6;

    private readonly Dictionary<(int From, int To), int> _counts;

    public FloorMatrix(IEnumerable<FloorUse> uses) =>
        _counts = uses.CountBy(use => (use.From, use.To)).ToDictionary();

    public int CountOf(int from, int to) => _counts.GetValueOrDefault((from, to));

    public string ToText() => Draw((from, to) => CountOf(from, to) is > 0 and var count
        ? count.ToString(CultureInfo.InvariantCulture)
        : ".");

    /// <summary>Marks without counts, so that the picture changes when the structure does and not with every line.</summary>
    /// <param name="populated">Tells whether a floor has any file.</param>
    public string ToDiagram(Func<int, bool> populated) => Draw((from, to) =>
        to > from ? ""
        : to == from ? (populated(from) ? "#" : "empty")
        : CountOf(from, to) > 0 ? "x" : ".");

    private static string Draw(Func<int, int, string> cell)
    {
        var text = new StringBuilder();
        var names = FloorOrder.Names;
        text.Append(' ', NameWidth);
        foreach (var name in names)
        {
            text.Append(name.Trim('(', ')')[..4].PadLeft(CellWidth));
        }

        for (var from = 0; from < names.Count; from++)
        {
            var row = new StringBuilder(names[from].PadRight(NameWidth));
            for (var to = 0; to < names.Count; to++)
            {
                row.Append(cell(from, to).PadLeft(CellWidth));
            }

            text.Append('\n').Append(row.ToString().TrimEnd());
        }

        return text.Append('\n').ToString();
    }
}
