namespace FastFence.Model.Explorer;

/// <summary>What a read-modify-write does with its operand.</summary>
internal enum RmwKind
{
    CompareExchange,
    Exchange,
    Add,
    Or,
    And,
}

/// <summary>Words of one, four and eight bytes as they stand in memory.</summary>
internal static unsafe class Raw
{
    public static ulong Read(nint address, int size) => size switch
    {
        8 => *(ulong*)address,
        4 => *(uint*)address,
        _ => *(byte*)address,
    };

    public static void Write(nint address, int size, ulong value)
    {
        switch (size)
        {
            case 8:
                *(ulong*)address = value;
                break;
            case 4:
                *(uint*)address = (uint)value;
                break;
            default:
                *(byte*)address = (byte)value;
                break;
        }
    }

    public static ulong Apply(RmwKind kind, ulong was, ulong operand, ulong expected) => kind switch
    {
        RmwKind.CompareExchange => was == expected ? operand : was,
        RmwKind.Exchange => operand,
        RmwKind.Add => was + operand,
        RmwKind.Or => was | operand,
        _ => was & operand,
    };

    public static ulong Cut(ulong value, int size) => size == 8 ? value : value & ((1UL << (8 * size)) - 1);
}
