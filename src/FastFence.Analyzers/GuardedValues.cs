using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FastFence.Analyzers;

/// <summary>How a value refers to guarded memory.</summary>
internal enum GuardedKind
{
    /// <summary>Not at all, as far as can be seen.</summary>
    None,

    /// <summary>By a span or a reference that the compiler bounds.</summary>
    Bound,

    /// <summary>By a pointer, an address, or a span or reference that nothing bounds.</summary>
    Loose,
}

/// <summary>A reference to guarded memory.</summary>
/// <param name="kind">How it refers.</param>
/// <param name="scope">What the section ends with; null for a section of the caller.</param>
internal readonly struct Guarded(GuardedKind kind, SyntaxNode? scope)
{
    public GuardedKind Kind { get; } = kind;

    public SyntaxNode? Scope { get; } = scope;

    public Guarded AsLoose() => Kind == GuardedKind.None ? this : new(GuardedKind.Loose, Scope);

    /// <summary>The looser of two; of two alike the one with the shorter section.</summary>
    public Guarded Or(Guarded other)
    {
        if (Kind != other.Kind)
        {
            return Kind > other.Kind ? this : other;
        }

        return Scope is null || (other.Scope is not null && Scope.Span.Contains(other.Scope.Span)) ? other : this;
    }
}

/// <summary>
/// What the values of one method refer to. No order of statements is looked at: a local refers to whatever it is assigned anywhere.
/// </summary>
internal sealed class GuardedValues
{
    private readonly AccessTypes _types;
    private readonly Dictionary<ILocalSymbol, Guarded> _locals = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ILocalSymbol, SyntaxNode?> _scopes = new(SymbolEqualityComparer.Default);

    private GuardedValues(AccessTypes types) => _types = types;

    public static GuardedValues In(IReadOnlyList<IOperation> operations, AccessTypes types)
    {
        GuardedValues values = new(types);
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (IOperation operation in operations)
            {
                changed |= values.Learn(operation);
            }
        }

        return values;
    }

    public Guarded Of(ILocalSymbol local) => _locals.TryGetValue(local, out Guarded known) ? known : default;

    /// <summary>What a value is when a method or function returns it.</summary>
    public Guarded OfResult(IOperation value, IOperation @return) => value is IOperation { Type: null } ? default : ReturnsByRef(@return) ? OfPlace(value) : Of(value);

    /// <summary>What a value refers to.</summary>
    public Guarded Of(IOperation? value)
    {
        switch (value)
        {
            case null:
                return default;
            case ILocalReferenceOperation local:
                return CanRefer(local.Type) && !(local.Local.IsRef && !local.Type!.IsRefLikeType) ? Of(local.Local) : default;
            case IConversionOperation conversion:
                return CanRefer(conversion.Type) ? Of(conversion.Operand) : default;
            case IParenthesizedOperation parenthesized:
                return Of(parenthesized.Operand);
            case IConditionalOperation choice:
                return Of(choice.WhenTrue).Or(Of(choice.WhenFalse));
            case ICoalesceOperation choice:
                return Of(choice.Value).Or(Of(choice.WhenNull));
            case ISwitchExpressionOperation choice:
                return choice.Arms.Aggregate(default(Guarded), (all, arm) => all.Or(Of(arm.Value)));
            case ITupleOperation tuple:
                return tuple.Elements.Aggregate(default(Guarded), (all, element) => all.Or(Of(element)));
            case ISimpleAssignmentOperation assignment:
                return Of(assignment.Value);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } sum:
                return IsAddress(sum.Type) && !(IsPointer(sum.LeftOperand.Type) && IsPointer(sum.RightOperand.Type))
                    ? Of(sum.LeftOperand).Or(Of(sum.RightOperand))
                    : default;
            case IAddressOfOperation address:
                return OfPlace(address.Reference).AsLoose();
            case IFieldReferenceOperation field:
                return CanRefer(field.Type) ? OfRoot(field) : default;
            case IInvocationOperation call:
                return OfCall(call);
            case IObjectCreationOperation creation:
                return OfCreation(creation);
            default:
                return default;
        }
    }

    /// <summary>The variable of which a place is a part, or the place itself.</summary>
    public static IOperation Root(IOperation place)
    {
        while (place is IFieldReferenceOperation { Instance: { Type.IsValueType: true } instance })
        {
            place = instance;
        }

        return place;
    }

    private static bool ReturnsByRef(IOperation operation)
    {
        for (IOperation? at = operation; at is not null; at = at.Parent)
        {
            IMethodSymbol? function = (at as IAnonymousFunctionOperation)?.Symbol ?? (at as ILocalFunctionOperation)?.Symbol;
            if (function is not null)
            {
                return function.RefKind != RefKind.None;
            }
        }

        SemanticModel? model = operation.SemanticModel;
        return model?.GetEnclosingSymbol(operation.Syntax.SpanStart) is IMethodSymbol { RefKind: not RefKind.None };
    }

    private static bool IsPointer(ITypeSymbol? type) => type is IPointerTypeSymbol;

    // An address may stand in an integer that holds one; others cut it off.
    private static bool IsAddress(ITypeSymbol? type) => IsPointer(type)
        || type?.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr or SpecialType.System_Int64 or SpecialType.System_UInt64;

    // A struct may hold what it was made from; a class is left alone but for object, which boxes.
    private static bool CanRefer(ITypeSymbol? type) => IsAddress(type) || type is { IsRefLikeType: true }
        || type is { IsTupleType: true } || type is { IsValueType: true, SpecialType: SpecialType.None, TypeKind: TypeKind.Struct }
        || type?.SpecialType == SpecialType.System_Object;

    private static bool IsUnsafeHelper(INamedTypeSymbol type) => type.ToDisplayString() is
        "System.Runtime.CompilerServices.Unsafe" or "System.Runtime.InteropServices.MemoryMarshal";

    private bool Learn(IOperation operation) => operation switch
    {
        IVariableDeclaratorOperation { Initializer: { } initializer } declarator => Declare(declarator.Symbol, initializer.Value),
        ISimpleAssignmentOperation { Target: var target } assignment when Root(target) is ILocalReferenceOperation { Local: var local } =>
            Note(local, assignment.IsRef ? OfPlace(assignment.Value) : Of(assignment.Value)),
        _ => false,
    };

    private bool Declare(ILocalSymbol local, IOperation value)
    {
        if (_types.IsSection(local.Type) || _types.IsView(local.Type))
        {
            _scopes[local] = _types.IsView(local.Type) ? ScopeOf(value) : SectionScope(value);
            return false;
        }

        // The initializer of 'fixed' has no kind of its own: a span, an array, or a place whose address is taken.
        return Note(local, local.IsFixed ? OfParts(value) : local.IsRef ? OfPlace(value) : Of(value));
    }

    private bool Note(ILocalSymbol local, Guarded value)
    {
        // 'fixed' pins nothing here: it only takes the address.
        value = IsPointer(local.Type) ? value.AsLoose() : value;
        Guarded known = Of(local);
        Guarded both = known.Or(value);
        _locals[local] = both;
        return both.Kind != known.Kind || both.Scope != known.Scope;
    }

    // What a section's 'using' covers: its statement, or the block of its declaration.
    private static SyntaxNode? SectionScope(IOperation value)
    {
        for (IOperation? at = value; at is not null; at = at.Parent)
        {
            if (at is IUsingOperation or IBlockOperation)
            {
                return at.Syntax;
            }
        }

        return null;
    }

    private SyntaxNode? ScopeOf(IOperation? view) => view switch
    {
        ILocalReferenceOperation { Local: var local } => _scopes.TryGetValue(local, out SyntaxNode? scope) ? scope : null,
        IPropertyReferenceOperation { Instance: { } section } => ScopeOf(section),
        _ => null,
    };

    private Guarded OfRoot(IOperation place) =>
        Root(place) is ILocalReferenceOperation { Local: { IsRef: false } local } ? Of(local) : default;

    // A place that can be taken the address of.
    private Guarded OfPlace(IOperation? place)
    {
        switch (place)
        {
            case ILocalReferenceOperation { Local: { IsRef: true } local }:
                return Of(local);
            case IParenthesizedOperation parenthesized:
                return OfPlace(parenthesized.Operand);
            case IConditionalOperation { IsRef: true } choice:
                return OfPlace(choice.WhenTrue).Or(OfPlace(choice.WhenFalse));
            case IPropertyReferenceOperation { Property.RefKind: not RefKind.None } element:
                return Of(element.Instance);
            case IFieldReferenceOperation field:
                return OfPlace(field.Instance);
            case IInvocationOperation { TargetMethod.RefKind: not RefKind.None } call:
                return OfCall(call);
            case { Kind: OperationKind.None }: // a pointer's target
                return OfParts(place);
            default:
                return default;
        }
    }

    private Guarded OfParts(IOperation whole) => whole.Kind == OperationKind.None
        ? whole.ChildOperations.Aggregate(default(Guarded), (all, child) => all.Or(OfParts(child)))
        : Of(whole).Or(OfPlace(whole));

    private Guarded OfCall(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (_types.IsView(method.ContainingType))
        {
            return method.ReturnType.IsRefLikeType ? new Guarded(GuardedKind.Bound, ScopeOf(call.Instance)) : default;
        }

        bool byRef = method.RefKind != RefKind.None;
        if (!byRef && !method.ReturnType.IsRefLikeType && !IsPointer(method.ReturnType))
        {
            return default;
        }

        Guarded all = Of(call.Instance).Or(Arguments(call.Arguments));

        // The parameters of these are scoped: the compiler takes their results for bound to nothing.
        return IsUnsafeHelper(method.ContainingType) && method.Name is "AsPointer" or "AsRef" or "CreateSpan" or "CreateReadOnlySpan"
            || IsPointer(method.ReturnType)
            ? all.AsLoose()
            : all;
    }

    private Guarded OfCreation(IObjectCreationOperation creation)
    {
        Guarded all = CanRefer(creation.Type) ? Arguments(creation.Arguments) : default;
        foreach (IOperation member in creation.Initializer?.Initializers ?? [])
        {
            all = CanRefer(creation.Type) && member is ISimpleAssignmentOperation assignment ? all.Or(Of(assignment.Value)) : all;
        }

        return all;
    }

    private Guarded Arguments(IEnumerable<IArgumentOperation> arguments) => arguments.Aggregate(
        default(Guarded),
        (all, argument) => all.Or(argument.Parameter is { RefKind: not RefKind.None } ? OfPlace(argument.Value) : Of(argument.Value)));
}
