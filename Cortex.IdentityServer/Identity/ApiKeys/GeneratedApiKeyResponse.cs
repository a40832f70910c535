using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>A new API key, with the key.</summary>
/// <param name="Id">Its id, for changing or revoking it.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Key">The key itself, shown this once: the server keeps only its hash.</param>
/// <param name="Prefix">Its first 12 characters.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="IsActive">Always true for a new key.</param>
/// <param name="CreatedAt">When the key was created.</param>
/// <param name="ExpiresAt">When it stops working; null for never.</param>
/// <param name="LastUsedAt">Always null for a new key.</param>
internal sealed record GeneratedApiKeyResponse(
    Guid Id,
    string? Name,
    string Key,
    string? Prefix,
    string[] Scopes,
    bool IsActive,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt) : IExample<GeneratedApiKeyResponse>
{
    public static GeneratedApiKeyResponse Example => new(
        ExampleValues.Id, "production", "ctx_0aB1cD2e…", "ctx_0aB1cD2e", ["memory:read"], true, ExampleValues.Time, ExampleValues.Time.AddDays(90), null);
}
