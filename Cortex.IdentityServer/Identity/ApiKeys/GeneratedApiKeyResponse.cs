using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>A new API key, including the key itself.</summary>
/// <param name="Id">The id for changing or revoking the key.</param>
/// <param name="Name">The name, which says what the key is for.</param>
/// <param name="Key">The key itself, shown only in this response: the server stores only its hash.</param>
/// <param name="Prefix">The key's first 12 characters.</param>
/// <param name="Scopes">The scopes, which say what the key may do.</param>
/// <param name="IsActive">Always true for a new key.</param>
/// <param name="CreatedAt">When the key was created.</param>
/// <param name="ExpiresAt">When the key expires; null if it doesn't.</param>
/// <param name="LastUsedAt">Always null for a new key.</param>
/// <param name="MonthlyQuota">The key's own limits in a period of its owner's quota; null if it has none.</param>
internal sealed record GeneratedApiKeyResponse(
    Guid Id,
    string? Name,
    string Key,
    string? Prefix,
    string[] Scopes,
    bool IsActive,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    QuotaBody? MonthlyQuota) : IExample<GeneratedApiKeyResponse>
{
    public static GeneratedApiKeyResponse Example => new(
        ExampleValues.Id, "production", "ctx_0aB1cD2e…", "ctx_0aB1cD2e", ["memory:read"], true, ExampleValues.Time, ExampleValues.Time.AddDays(90), null,
        null);
}
