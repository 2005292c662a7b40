// The poller must run while a garbage collection stops every managed thread (as NativeAOT code it does, as long as it touches
// nothing the collector owns), so its files may not reach a managed object. Read from the compiler's operation tree, which
// shows what the syntax hides: the array behind `params`, the delegate behind a method group, a box.
//
// What is not seen: the body of a method that such a file calls. It is checked where it is declared, if that file says
// that it is native only, or trusted, as Platform and Atomics are.
using FastFence.Tidy.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FastFence.Tidy.Constructs;

internal static class NativeOnly
{
    public static IEnumerable<Finding> In(CSharpCompilation compilation) =>
        NativeOnlyFiles.In(compilation).SelectMany(tree => In(tree, compilation.GetSemanticModel(tree)));

    private static IEnumerable<Finding> In(SyntaxTree tree, SemanticModel model)
    {
        foreach (var node in tree.GetRoot().DescendantNodes())
        {
            if (DeclaresStaticState(node))
            {
                yield return At(node, "a static field lives in managed memory");
            }

            if (model.GetOperation(node) is not { Parent: null } root)
            {
                continue; // not the top of a body or an initializer
            }

            foreach (var operation in root.DescendantsAndSelf().Where(operation => !InAttribute(operation)))
            {
                if (Reason(operation) is { } reason)
                {
                    yield return At(operation.Syntax, reason);
                }
            }
        }

        Finding At(SyntaxNode node, string what) => new(tree.FilePath, CoreCompilation.LineOf(node), $"native memory only: {what}");
    }

    private static bool InAttribute(IOperation operation) =>
        operation.Syntax.AncestorsAndSelf().Any(node => node is AttributeSyntax);

    private static bool DeclaresStaticState(SyntaxNode node) => node switch
    {
        BaseFieldDeclarationSyntax field => field.Modifiers.Any(SyntaxKind.StaticKeyword),
        PropertyDeclarationSyntax { ExpressionBody: null } property => property.Modifiers.Any(SyntaxKind.StaticKeyword)
            && (property.Initializer is not null || property.AccessorList!.Accessors.Any(accessor => accessor is { Body: null, ExpressionBody: null })),
        _ => false,
    };

    private static string? Reason(IOperation operation) => operation switch
    {
        IFieldReferenceOperation { Field: { IsStatic: true, IsConst: false } field } => $"uses the static field {field.ToDisplayString()}",
        IObjectCreationOperation { Type: { IsReferenceType: true } type } => $"creates a {type.ToDisplayString()}",
        IAnonymousObjectCreationOperation or ITypeParameterObjectCreationOperation => "creates a managed object",
        IArrayCreationOperation { IsImplicit: true } => "creates an array (params)",
        IArrayCreationOperation => "creates an array",
        ICollectionExpressionOperation { Type.IsReferenceType: true } => "creates a collection",
        IDelegateCreationOperation or IAnonymousFunctionOperation { Parent: not IDelegateCreationOperation } => "creates a delegate",
        ILockOperation => "takes a lock",
        IThrowOperation => "throws",
        IInterpolatedStringOperation { ConstantValue.HasValue: false } => "builds a string",
        IBinaryOperation { Type.SpecialType: SpecialType.System_String, ConstantValue.HasValue: false } => "builds a string",
        IAwaitOperation => "awaits",
        IReturnOperation { Kind: OperationKind.YieldReturn } => "is an iterator",
        IConversionOperation conversion when conversion.GetConversion().IsBoxing => $"boxes a {conversion.Operand.Type!.ToDisplayString()}",
        _ => null,
    };
}
