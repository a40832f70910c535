using System.Collections.Frozen;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>The scopes that owners of API keys may choose, and those that take effect.</summary>
/// <param name="Scopes"><c>API_KEY_SCOPES</c>: the scopes that owners may choose besides the server's own; null allows any scope.</param>
internal sealed record ApiKeyOptions(FrozenSet<string>? Scopes)
{
    /// <summary>Lets a key introspect the tokens and keys of other users.</summary>
    public const string Introspect = "introspect";

    /// <summary>Lets a key read all of its owner's usage.</summary>
    public const string UsageRead = "usage:read";

    /// <summary>
    /// Lets a key report usage for other keys. Reserved for service accounts and administrators, whether or not <c>API_KEY_SCOPES</c> lists it.
    /// </summary>
    public const string UsageWrite = "usage:write";

    /// <summary>The scopes that any owner may choose, in alphabetical order; null if they may choose any.</summary>
    public IReadOnlyList<string>? Choices { get; } =
        Scopes is null ? null : [.. Scopes.Append(Introspect).Append(UsageRead).Where(scope => scope != UsageWrite).Distinct().Order(StringComparer.Ordinal)];

    public static ApiKeyOptions Read(SettingsReader settings)
    {
        var scopes = settings.ReadList("API_KEY_SCOPES");
        if (!scopes.All(ScopesAttribute.IsScope))
        {
            settings.AddError("API_KEY_SCOPES", "must be scopes separated by commas, each 1 to 64 visible ASCII characters without quotes and backslashes");
        }

        return new(scopes.Length == 0 ? null : scopes.ToFrozenSet(StringComparer.Ordinal));
    }

    /// <summary>Whether owners may choose this scope; <see cref="UsageWrite"/> also requires a role.</summary>
    public bool IsAllowed(string scope) => Scopes is null || Scopes.Contains(scope) || scope is Introspect or UsageRead or UsageWrite;

    /// <summary>The scopes of a key that take effect: those that its owner could choose today.</summary>
    public string[] EffectiveScopes(string[] scopes, bool canWriteUsage)
    {
        return Array.TrueForAll(scopes, IsEffective) ? scopes : Array.FindAll(scopes, IsEffective);

        bool IsEffective(string scope) => IsAllowed(scope) && (canWriteUsage || scope != UsageWrite);
    }
}
