using Microsoft.CodeAnalysis;

namespace FastFence.Analyzers;

/// <summary>The types of the access API as the compilation under analysis knows them.</summary>
internal sealed class AccessTypes
{
    private AccessTypes(INamedTypeSymbol section, INamedTypeSymbol view, INamedTypeSymbol token)
    {
        Section = section;
        View = view;
        Token = token;
    }

    public INamedTypeSymbol Section { get; }

    public INamedTypeSymbol View { get; }

    public INamedTypeSymbol Token { get; }

    /// <summary>Null where FastFence is not referenced: there is nothing to report.</summary>
    public static AccessTypes? Of(Compilation compilation) =>
        compilation.GetTypeByMetadataName("FastFence.AccessSection") is { } section
            && compilation.GetTypeByMetadataName("FastFence.AccessView") is { } view
            && compilation.GetTypeByMetadataName("FastFence.AccessToken") is { } token
                ? new AccessTypes(section, view, token)
                : null;

    public bool IsSection(ITypeSymbol? type) => SymbolEqualityComparer.Default.Equals(type, Section);

    public bool IsView(ITypeSymbol? type) => SymbolEqualityComparer.Default.Equals(type, View);

    public bool IsToken(ITypeSymbol? type) => SymbolEqualityComparer.Default.Equals(type, Token);
}
