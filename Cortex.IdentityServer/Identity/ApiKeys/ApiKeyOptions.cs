using System.Collections.Frozen;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>Which scopes the owners of API keys may choose, and which of a key's scopes count.</summary>
/// <param name="Scopes"><c>API_KEY_SCOPES</c>: the scopes that may be chosen beside the server's own; null where any may.</param>
internal sealed record ApiKeyOptions(FrozenSet<string>? Scopes)
{
    /// <summary>Lets a key ask about the tokens and keys of others.</summary>
    public const string Introspect = "introspect";

    /// <summary>Lets a key read all usage of its owner.</summary>
    public const string UsageRead = "usage:read";

    /// <summary>Lets a key report usage for other keys; only for service accounts and administrators, whether it is listed or not.</summary>
    public const string UsageWrite = "usage:write";

    /// <summary>What may be chosen, for the answer to a choice that may not.</summary>
    public string Choices => string.Join(", ", (Scopes ?? []).Append(Introspect).Append(UsageRead).Distinct().Order(StringComparer.Ordinal));

    public static ApiKeyOptions Read(SettingsReader settings)
    {
        var scopes = settings.List("API_KEY_SCOPES");
        if (!scopes.All(ScopesAttribute.IsScope))
        {
            settings.Refuse("API_KEY_SCOPES", "must be scopes separated by commas, each 1 to 64 visible ASCII characters without quotes and backslashes");
        }

        return new(scopes.Length == 0 ? null : scopes.ToFrozenSet(StringComparer.Ordinal));
    }

    /// <summary>Whether owners may choose it; <see cref="UsageWrite"/> takes a role besides.</summary>
    public bool MayBeChosen(string scope) => Scopes is null || Scopes.Contains(scope) || scope is Introspect or UsageRead or UsageWrite;

    /// <summary>The scopes of a key that count: those that could be chosen today.</summary>
    public string[] Counting(string[] scopes, bool mayWriteUsage)
    {
        return Array.TrueForAll(scopes, Counts) ? scopes : Array.FindAll(scopes, Counts);

        bool Counts(string scope) => MayBeChosen(scope) && (mayWriteUsage || scope != UsageWrite);
    }
}
