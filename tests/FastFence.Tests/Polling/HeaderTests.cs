using System.Globalization;
using System.Runtime.CompilerServices;
using FastFence.Polling;
using FastFence.Tests.Tool;
using Xunit;

namespace FastFence.Tests.Polling;

/// <summary>fastfence.h against the structs that it describes, by a C compiler's word.</summary>
public sealed unsafe class HeaderTests : IDisposable
{
    private const string Compiler = "/usr/bin/gcc";

    private readonly string _folder = Directory.CreateTempSubdirectory("fastfence-").FullName;

    public HeaderTests() => Assert.SkipUnless(File.Exists(Compiler), $"{Compiler} is not here: the header is not compiled");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheHeaderHasTheSizesAndOffsetsOfTheStructs() => Assert.Equal(Expected(), Compiled(Header()));

    // The control: a header that lacks a field, or has two in another order, is found.
    [Theory]
    [InlineData("    uint32_t stop;              /* host: 1 = stop */\n", "")]
    [InlineData("uint32_t pinned;", "uint32_t held2;\n    uint32_t pinned;")]
    [InlineData("    int64_t  reservation_bytes;\n    void    *block_classes;", "    void    *block_classes;\n    int64_t  reservation_bytes;")]
    [InlineData("uint8_t  reserved0[96];", "uint8_t  reserved0[104];")]
    public void AHeaderThatDiffersIsFound(string text, string other)
    {
        string header = Header();
        Assert.Contains(text, header, StringComparison.Ordinal);
        string changed = header.Replace(text, other, StringComparison.Ordinal);
        Assert.NotEqual(Expected(), Compiled(changed, mayNotCompile: true));
    }

    [Fact]
    public void AProgramInCReadsTheLayoutOfTheLibrary()
    {
        Assert.SkipUnless(NativePollerLibrary.IsAvailable, NativePollerLibrary.Reason);
        string output = Compiled(Header(), "", """
            #include <dlfcn.h>
            int main(int argc, char **argv) {
                void *library = dlopen(argv[1], RTLD_NOW);
                uint64_t (*layout)(void) = library ? (uint64_t (*)(void))dlsym(library, "fastfence_layout") : 0;
                if (!layout) { printf("%s", dlerror()); return 1; }
                printf("%llu", (unsigned long long)layout());
                return 0;
            }
            """, NativePollerLibrary.Reason);
        Assert.Equal(SharedLayout.Hash().ToString(CultureInfo.InvariantCulture), output);
    }

    private static string Header([CallerFilePath] string self = "")
    {
        string path = Path.Combine(Path.GetDirectoryName(self)!, "..", "..", "..", "src", "FastFence.Native", "fastfence.h");
        Assert.SkipUnless(File.Exists(path), "the sources are not where the tests were built");
        return File.ReadAllText(path);
    }

    private static string Expected()
    {
        HostWords host = default;
        PollerControl control = default;
        RingDriverWords driver = default;
        (string Name, long Value)[] facts =
        [
            ("fastfence_host", sizeof(HostWords)),
            ("size", Offset(&host, &host.Size)),
            ("layout", Offset(&host, &host.Layout)),
            ("reservation_base", Offset(&host, &host.ReservationBase)),
            ("reservation_bytes", Offset(&host, &host.ReservationBytes)),
            ("block_classes", Offset(&host, &host.BlockClasses)),
            ("regions", Offset(&host, &host.Regions)),
            ("domain", Offset(&host, &host.Domain)),
            ("fastfence_poller", sizeof(PollerControl)),
            ("poller", Offset(&control, &control.Poller)),
            ("cache", Offset(&control, &control.Cache)),
            ("term", Offset(&control, &control.Term)),
            ("core", Offset(&control, &control.Core)),
            ("stop", Offset(&control, &control.Stop)),
            ("hold", Offset(&control, &control.Hold)),
            ("state", Offset(&control, &control.State)),
            ("thread_id", Offset(&control, &control.ThreadId)),
            ("pinned", Offset(&control, &control.Pinned)),
            ("held", Offset(&control, &control.Held)),
            ("fastfence_driver", sizeof(RingDriverWords)),
            ("starts", Offset(&driver, &driver.Starts)),
            ("capacity", Offset(&driver, &driver.Capacity)),
            ("not_before", Offset(&driver, &driver.NotBefore)),
            ("target", Offset(&driver, &driver.Target)),
            ("give_up_at", Offset(&driver, &driver.GiveUpAt)),
            ("count", Offset(&driver, &driver.Count)),
            ("jobs", Offset(&driver, &driver.Jobs)),
            ("is_ahead", Offset(&driver, &driver.IsAhead)),
            ("has_ended", Offset(&driver, &driver.HasEnded)),
            ("FASTFENCE_GO", PollerStep.Go),
            ("FASTFENCE_ENDED", PollerStep.Ended),
            ("FASTFENCE_TAKEN", AttachResult.Taken),
        ];
        return string.Concat(facts.Select(static f => string.Create(CultureInfo.InvariantCulture, $"{f.Name} {f.Value}\n")));
    }

    private static long Offset(void* block, void* field) => (byte*)field - (byte*)block;

    private string Compiled(string header, bool mayNotCompile = false)
    {
        string statements = "";
        string type = "";
        foreach (string name in Expected().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Split(' ')[0]))
        {
            type = name.StartsWith("fastfence_", StringComparison.Ordinal) ? name : type;
            string value = name == type ? $"sizeof({name})" : char.IsUpper(name[0]) ? name : $"offsetof({type}, {name})";
            statements += $"printf(\"{name} %ld\\n\", (long)({value}));\n";
        }

        return Compiled(header, mayNotCompile ? "may not compile" : "", $"int main(void) {{\n{statements}return 0;\n}}\n");
    }

    private string Compiled(string header, string mayFail, string main, params string[] arguments)
    {
        File.WriteAllText(Path.Combine(_folder, "fastfence.h"), header);
        string source = Path.Combine(_folder, "main.c");
        File.WriteAllText(source, "#include <stddef.h>\n#include <stdio.h>\n#include \"fastfence.h\"\n" + main);
        string program = Path.Combine(_folder, "main");
        (int code, string output, string error) = ToolProcess.RunProgram(Compiler, ["-std=gnu11", "-Wall", "-Werror", "-o", program, source, "-ldl"]);
        if (code != 0 && mayFail.Length != 0)
        {
            return mayFail;
        }

        Assert.True(code == 0, output + error);
        (code, output, error) = ToolProcess.RunProgram(program, arguments);
        Assert.True(code == 0, output + error);
        return output;
    }
}
