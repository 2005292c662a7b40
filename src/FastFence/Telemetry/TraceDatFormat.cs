using System.Text;

namespace FastFence.Telemetry;

/// <summary>One event of a trace.dat.</summary>
/// <param name="System">Tracing system.</param>
/// <param name="Name">Event.</param>
/// <param name="Id">Number that its records carry.</param>
/// <param name="Fields">Name, type and size of each field behind the common ones, in order.</param>
/// <param name="Print">The print format.</param>
internal sealed record TraceDatFormat(string System, string Name, ushort Id, (string Type, string Name, int Size)[] Fields, string Print)
{
    /// <summary>Bytes of the common fields.</summary>
    public const int CommonBytes = 8;

    /// <summary>The text.</summary>
    public string Text
    {
        get
        {
            StringBuilder text = new();
            text.Append($"name: {Name}\nID: {Id}\nformat:\n");
            text.Append("\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n");
            text.Append("\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n");
            text.Append("\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n");
            text.Append("\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n");
            int offset = CommonBytes;
            foreach ((string type, string name, int size) in Fields)
            {
                offset = (offset + size - 1) & -size;
                int signed = type is "int" or "s64" ? 1 : 0;
                text.Append($"\tfield:{type} {name};\toffset:{offset};\tsize:{size};\tsigned:{signed};\n");
                offset += size;
            }

            return text.Append($"\nprint fmt: {Print}\n").ToString();
        }
    }
}
