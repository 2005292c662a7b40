// The switch of checked mode. Everything that it guards stands behind `if (Checks.On)`: a constant once the JIT compiles for good,
// so that the generated code of an unchecked process holds no trace of it (asserted on the disassembly). Nothing that a poller
// runs asks it.
using System.Diagnostics.CodeAnalysis;

namespace FastFence.Reclamation;

/// <summary>Is checked mode on? Decided once, when it is first asked.</summary>
internal static class Checks
{
    private static readonly string? s_setting = Environment.GetEnvironmentVariable(CheckedMode.Variable) is { Length: > 0 } variable
        ? variable
        : AppContext.GetData(CheckedMode.Option)?.ToString();

    private static readonly bool s_on = IsAsked(s_setting);

    /// <summary>Ahead-of-time builds may take the checks out: <c>FastFence.Checked.IsSupported</c> = false, trimmed.</summary>
    [FeatureSwitchDefinition("FastFence.Checked.IsSupported")]
    internal static bool IsSupported { get; } = !AppContext.TryGetSwitch("FastFence.Checked.IsSupported", out bool supported) || supported;

#if FASTFENCE_WITHOUT_CHECKS
    /// <summary>Never: the build that the others' generated code is compared with.</summary>
    internal const bool On = false;

    /// <summary>Never.</summary>
    internal const bool IsAskedFor = false;
#else
    /// <summary>Are misuses looked for?</summary>
    internal static bool On => IsSupported && s_on;

    /// <summary>
    /// <see cref="On"/>, if <see cref="IsSupported"/>. For the end of a section: the JIT copies a short <c>finally</c> instead of calling it, and counts
    /// statements before it knows which of them are dead; of a condition in two getters it knows at once.
    /// </summary>
    internal static bool IsAskedFor => s_on;
#endif

    /// <summary>Was it asked that misuse throws?</summary>
    internal static bool ThrowsAtFirst => s_setting is not null && s_setting.Equals("throw", StringComparison.OrdinalIgnoreCase);

    /// <summary>Refuses a setting that means nothing.</summary>
    internal static void ThrowIfSettingIsUnknown()
    {
        if (!IsKnown(s_setting))
        {
            throw new InvalidOperationException(
                $"'{s_setting}' is no setting of checked mode: {CheckedMode.Variable} (or the option {CheckedMode.Option}) takes 0, 1 or throw.");
        }
    }

    internal static bool IsKnown(string? setting) => IsAsked(setting) || setting is null || setting.ToUpperInvariant() is "" or "0" or "FALSE";

    internal static bool IsAsked(string? setting) => setting?.ToUpperInvariant() is "1" or "TRUE" or "THROW";
}
