using System.Runtime.InteropServices;
using Xunit;

namespace FastFence.Tests.EntryOrder;

/// <summary>
/// [READER-ENTER]: no .NET construct forbids a compiler to swap the entry's store with the section's first load, so the order is read off
/// the code that it makes, in the bare entry and in the methods into which it is inlined.
/// </summary>
public sealed class EntryOrderTests
{
    private const string Second = "rsi"; // the argument
    private const string Third = "rdx"; // the argument

    // A method and the register by which what its section reads comes in; an empty one where the method only enters.
    private static readonly (string Jit, string Native, string Watch)[] s_entries =
    [
        ("FastFence.EntrySample.Entries:Bare", "FastFence_EntrySample_FastFence_EntrySample_Entries__Bare", Third),
        ("FastFence.EntrySample.Entries:Twice", "FastFence_EntrySample_FastFence_EntrySample_Entries__Twice", Third),
        ("FastFence.EntrySample.Entries:OfThread", "FastFence_EntrySample_FastFence_EntrySample_Entries__OfThread", "rdi"),
        ("FastFence.EntrySample.Entries:Guard", "FastFence_EntrySample_FastFence_EntrySample_Entries__Guard", "rdi"),
        ("FastFence.EntrySample.Entries:GuardedName", "FastFence_EntrySample_FastFence_EntrySample_Entries__GuardedName", "rdi"),
        ("FastFence.EntrySample.Entries:Open", "FastFence_EntrySample_FastFence_EntrySample_Entries__Open", ""),
        ("FastFence.Access:Run[FastFence.EntrySample.Entries+Question]",
            "FastFence_FastFence_Access__Run<FastFence_EntrySample_FastFence_EntrySample_Entries_Question>", "[rdi]"),
        ("FastFence.Fences.FenceSignal:SignalOn", "FastFence_FastFence_Fences_FenceSignal__SignalOn", Second),
        ("FastFence.Fences.FenceSignal:SignalSeen", "FastFence_FastFence_Fences_FenceSignal__SignalSeen", Second),
        ("FastFence.Fences.FenceSignal:DropOn", "FastFence_FastFence_Fences_FenceSignal__DropOn", Second),
        ("FastFence.Fences.References:ReleaseOn", "FastFence_FastFence_Fences_References__ReleaseOn", Second),
        ("FastFence.Fences.CallbackAdd:Add", "FastFence_FastFence_Fences_CallbackAdd__Add", Second),
        ("FastFence.Fences.CallbackAdd:Remove", "FastFence_FastFence_Fences_CallbackAdd__Remove", Second),
        ("FastFence.Fence:get_TimestampNanoseconds", "FastFence_FastFence_Fence__get_TimestampNanoseconds", "[rdi]"),
    ];

    private static readonly (string Jit, string Native, string Watch)[] s_twins =
    [
        Twin("LoadsFirst", Third),
        Twin("LoadsBetween", Third),
        Twin("LoadsBehindTheExit", Third),
        Twin("EntersOnOneWayOnly", Third),
        Twin("NeverEnters", "rdi"),
        Twin("LooksBeforeTheGuard", "rdi"),
    ];

    private static string[] Wanted => [.. s_entries.Concat(s_twins).Select(m => m.Jit), s_looks.Jit];

    // Where a waiter spins, a look before the exchange fetches the line twice (decision 113).
    private static readonly (string Jit, string Native) s_signal =
        ("FastFence.Fences.FenceSignal:SignalOn", "FastFence_FastFence_Fences_FenceSignal__SignalOn");

    private static readonly (string Jit, string Native) s_looks =
        ("FastFence.EntrySample.Twins:LooksBeforeItCloses", "FastFence_EntrySample_FastFence_EntrySample_Twins__LooksBeforeItCloses");

    [Fact]
    public void TheJitKeepsTheFirstLoadBehindTheEntry()
    {
        SkipOffX64();
        Judge(SampleCode.OfJit("FullOpts", Wanted, ("DOTNET_TieredCompilation", "0")));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public void TieredCodeKeepsTheFirstLoadBehindTheEntry(string pgo)
    {
        SkipOffX64();
        Judge(SampleCode.OfJit(
            "Tier1", Wanted, ("DOTNET_TieredCompilation", "1"), ("DOTNET_TieredPGO", pgo), ("DOTNET_TC_CallCountingDelayMs", "0"), ("DOTNET_ReadyToRun", "0")));
    }

    [Fact]
    public void NativeCodeKeepsTheFirstLoadBehindTheEntry()
    {
        SkipOffX64();
        SampleCode.SkipWithout("gcc", "objdump");
        string folder = Directory.CreateTempSubdirectory("fastfence-entry-").FullName;
        try
        {
            Func<string, List<Instruction>> code = SampleCode.OfNative(folder);
            Judge([.. s_entries.Select(e => (e.Native, code(e.Native), e.Watch))], [.. s_twins.Select(t => (t.Native, code(t.Native), t.Watch))]);
            JudgeFirst(code(s_signal.Native), code(s_looks.Native));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Judge(Dictionary<string, List<Instruction>> methods)
    {
        Judge([.. s_entries.Select(e => (e.Jit, Of(methods, e.Jit), e.Watch))], [.. s_twins.Select(t => (t.Jit, Of(methods, t.Jit), t.Watch))]);
        JudgeFirst(Of(methods, s_signal.Jit), Of(methods, s_looks.Jit));
    }

    // A signal whose source says where the fence stands touches the fence's line by the exchange first.
    private static void JudgeFirst(List<Instruction> signal, List<Instruction> looks)
    {
        Assert.Contains(EntryOrderCheck.Of(signal, Second).First, IsExchange);
        EntryOrder known = EntryOrderCheck.Of(looks, "rdi");
        Assert.DoesNotContain(known.First, IsExchange);
        Assert.True(known.Accesses > 1, "the known-bad one's exchange was not followed");
    }

    private static bool IsExchange(string instruction) => instruction.Contains("cmpxchg", StringComparison.Ordinal);

    private static void Judge((string Name, List<Instruction> Code, string Watch)[] entries, (string Name, List<Instruction> Code, string Watch)[] twins)
    {
        List<string> findings = [];
        foreach ((string name, List<Instruction> code, string watch) in entries)
        {
            EntryOrder order = EntryOrderCheck.Of(code, watch);
            findings.AddRange(order.Findings.Select(f => $"{name}: {f}"));
            if (order.Entries == 0 || (watch.Length == 0 ? !order.EnteredAtEnd : order.Accesses == 0))
            {
                findings.Add($"{name}: nothing was checked: {order.Entries} entries, {order.Accesses} accesses, {(order.EnteredAtEnd ? "" : "not ")}entered at its end");
            }
        }

        // The detector is live in this compiler's code, too.
        findings.AddRange(twins.Where(t => EntryOrderCheck.Of(t.Code, t.Watch).Findings.Count == 0).Select(t => $"{t.Name}: known-bad, and not found"));
        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }

    private static List<Instruction> Of(Dictionary<string, List<Instruction>> methods, string name) => methods.TryGetValue(name, out List<Instruction>? code)
        ? code
        : throw new InvalidOperationException($"The JIT listed no {name}; it listed {string.Join(", ", methods.Keys)}.");

    private static (string Jit, string Native, string Watch) Twin(string name, string watch) =>
        ($"FastFence.EntrySample.Twins:{name}", $"FastFence_EntrySample_FastFence_EntrySample_Twins__{name}", watch);

    private static void SkipOffX64()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || !OperatingSystem.IsLinux())
        {
            Assert.Skip($"The checker reads x64 code with Linux calling conventions, this is {RuntimeInformation.RuntimeIdentifier}.");
        }
    }
}
