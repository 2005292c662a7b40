using Microsoft.CodeAnalysis;

namespace FastFence.Analyzers;

/// <summary>What is reported, in the words the programmer reads. Each rule stands for a part of C5 that the compiler cannot hold.</summary>
internal static class Rules
{
    private const string Category = "FastFence.Access";

    public static readonly DiagnosticDescriptor NotInUsing = Of(
        "FF0001",
        "An access section is not opened by using",
        "This access section is left open on some way out of its scope: write 'using AccessSection section = …'",
        "A section that stays open holds up every grace period of the process: memory is not given back, and at its bound creation is "
        + "refused (C18). Only 'using' closes it on every way out, exceptions included.");

    public static readonly DiagnosticDescriptor Leaves = Of(
        "FF0002",
        "A pointer or an unbound copy of guarded memory leaves its access section",
        "{0} refers to a fence's names or private data and {1}: the exporter may free them once the access section ends; copy the bytes instead",
        "The compiler binds spans to their section. A pointer, an address in an integer, and a span or reference made by Unsafe or MemoryMarshal "
        + "are bound to nothing: they may be used inside the section only, and kept nowhere (C5).");

    public static readonly DiagnosticDescriptor ClosedEarly = Of(
        "FF0003",
        "An access section is closed before its scope ends",
        "{0} while names and private data taken in the section can still be used: end the section by the scope of its 'using'",
        "The compiler bounds what a section yields by the scope of its token, not by Dispose: after an early Dispose, also one inside a generic "
        + "method that takes any IDisposable, spans of the section still compile and read memory that may be free (C5).");

    public static readonly DiagnosticDescriptor NoSection = Of(
        "FF0004",
        "A view or a section behind which no section is open",
        "An {0} made by '{1}' has no open access section behind it: take it from AccessSection.Begin or Access.Run",
        "The default value of AccessView or AccessSection can be asked like any other, and reads the exporter's memory without protection (C5).");

    public static readonly DiagnosticDescriptor Token = Of(
        "FF0005",
        "An access token is more than a local that opens a section",
        "{0}: declare the token as a local of the method and pass it to AccessSection.Begin, nothing else",
        "What a section yields is bound to the place of its token. In a field that place outlives every method, so names can be returned; "
        + "a token that is assigned to or copied forgets that its section is open, and the section is never closed (C5).");

    private static DiagnosticDescriptor Of(string id, string title, string message, string description) =>
        new(id, title, message, Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, description);
}
