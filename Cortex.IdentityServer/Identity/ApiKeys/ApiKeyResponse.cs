using System.Linq.Expressions;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>An API key, without the key.</summary>
/// <param name="Id">Its id, for changing or revoking it.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Prefix">Its first 12 characters; null for keys that the Python server made.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="IsActive">Whether it is switched on.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it stops working; null for never.</param>
/// <param name="LastUsedAt">When it was last used, to the minute; null for never.</param>
internal sealed record ApiKeyResponse(
    Guid Id,
    string? Name,
    string? Prefix,
    string[] Scopes,
    bool IsActive,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt) : IExample<ApiKeyResponse>
{
    public static ApiKeyResponse Example => new(
        ExampleValues.Id, "production", "ctx_0aB1cD2e", ["memory:read"], true, ExampleValues.Time, ExampleValues.Time.AddDays(90), null);

    public static readonly Expression<Func<ApiKey, ApiKeyResponse>> FromKey = key =>
        new ApiKeyResponse(key.Id, key.Name, key.Prefix, key.Scopes, key.IsActive ?? true, key.CreatedAt, key.ExpiresAt, key.LastUsedAt);
}
