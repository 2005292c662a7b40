using Xunit;

namespace FastFence.Tests.Contract;

/// <summary>C5, the part that the compiler enforces: what an access section yields cannot leave it.</summary>
public sealed class CompileTimeContractTests
{
    [Fact]
    public void UsingNamesInsideTheSectionCompiles() => Assert.Empty(Snippet.ErrorsOf("""
        class Honest
        {
            int Guard(Fence fence)
            {
                AccessToken token = default;
                using AccessSection section = AccessSection.Begin(ref token);
                ReadOnlySpan<byte> name = section.View.DriverName(fence);
                AccessView view = section.View;
                return name.Length + view.TimelineName(fence).Length + view.PrivateData<int>(fence).Length;
            }

            struct Action : IAccessAction
            {
                public Fence Fence;
                public int Length;
                public void Invoke(scoped AccessView view) => Length = view.DriverName(Fence).Length;
            }

            int Closed(Fence fence)
            {
                Action action = new() { Fence = fence };
                Access.Run(ref action);
                return action.Length;
            }

            async Task<int> Between(Fence fence)
            {
                int length = Guard(fence);
                await Task.Yield();
                return length + Guard(fence);
            }
        }
        """));

    [Fact]
    public void ANameReturnedFromTheMethodDoesNotCompile() => Refused("CS8352", """
        class C
        {
            ReadOnlySpan<byte> Leak(Fence fence)
            {
                AccessToken token = default;
                using AccessSection section = AccessSection.Begin(ref token);
                ReadOnlySpan<byte> name = section.View.DriverName(fence);
                return name;
            }
        }
        """);

    [Fact]
    public void PrivateDataReturnedFromTheMethodDoesNotCompile() => Refused("CS8352", """
        class C
        {
            ReadOnlySpan<int> Leak(Fence fence)
            {
                AccessToken token = default;
                using AccessSection section = AccessSection.Begin(ref token);
                AccessView view = section.View;
                return view.PrivateData<int>(fence);
            }
        }
        """);

    [Fact]
    public void ASectionReturnedFromTheMethodOfItsTokenDoesNotCompile() => Refused("CS8352", """
        class C
        {
            AccessSection Leak()
            {
                AccessToken token = default;
                AccessSection section = AccessSection.Begin(ref token);
                return section;
            }
        }
        """);

    [Fact]
    public void ANameInAFieldOfAClassDoesNotCompile() => Refused("CS8345", """
        class C
        {
            ReadOnlySpan<byte> _name;
        }
        """);

    [Fact]
    public void AViewInAFieldOfAClassDoesNotCompile() => Refused("CS8345", """
        class C
        {
            AccessView _view;
        }
        """);

    [Fact]
    public void ANameCapturedInALambdaDoesNotCompile() => Refused("CS8175", """
        class C
        {
            Func<int> Leak(Fence fence)
            {
                AccessToken token = default;
                using AccessSection section = AccessSection.Begin(ref token);
                ReadOnlySpan<byte> name = section.View.DriverName(fence);
                return () => name.Length;
            }
        }
        """);

    [Fact]
    public void ANameCopiedToALocalOfBeforeTheSectionDoesNotCompile() => Refused("CS8352", """
        class C
        {
            int Leak(Fence fence)
            {
                ReadOnlySpan<byte> outer = default;
                AccessToken token = default;
                using (AccessSection section = AccessSection.Begin(ref token))
                {
                    ReadOnlySpan<byte> name = section.View.DriverName(fence);
                    outer = name;
                }

                return outer.Length;
            }
        }
        """);

    [Fact]
    public void ANameCarriedAcrossAnAwaitDoesNotCompile() => Refused("CS4007", """
        class C
        {
            async Task<int> Leak(Fence fence)
            {
                AccessToken token = default;
                using AccessSection section = AccessSection.Begin(ref token);
                ReadOnlySpan<byte> name = section.View.DriverName(fence);
                await Task.Yield();
                return name.Length;
            }
        }
        """);

    [Fact]
    public void AViewThatLeavesItsActionDoesNotCompile() => Refused("CS8352", """
        ref struct Leak : IAccessAction
        {
            public AccessView Kept;
            public void Invoke(scoped AccessView view) => Kept = view;
        }
        """);

    [Fact]
    public void ANameThatLeavesItsActionDoesNotCompile() => Refused("CS8352", """
        ref struct Leak : IAccessAction
        {
            public Fence Fence;
            public ReadOnlySpan<byte> Kept;
            public void Invoke(scoped AccessView view)
            {
                ReadOnlySpan<byte> name = view.DriverName(Fence);
                Kept = name;
            }
        }
        """);

    [Fact]
    public void ABoxedSectionDoesNotCompile() => Refused("CS0029", """
        class C
        {
            object Leak()
            {
                AccessToken token = default;
                using AccessSection section = AccessSection.Begin(ref token);
                return section;
            }
        }
        """);

    private static void Refused(string id, string code)
    {
        string[] errors = Snippet.ErrorsOf(code);
        Assert.True(errors.Any(error => error.StartsWith(id, StringComparison.Ordinal)), $"expected {id}, found: {string.Join("; ", errors)}");
    }
}
