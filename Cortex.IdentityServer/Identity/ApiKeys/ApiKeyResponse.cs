using System.Linq.Expressions;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>An API key, without the key itself.</summary>
/// <param name="Id">The id for changing or revoking the key.</param>
/// <param name="Name">The name, which says what the key is for.</param>
/// <param name="Prefix">The key's first 12 characters; null for keys that the Python server created.</param>
/// <param name="Scopes">The scopes, which say what the key may do.</param>
/// <param name="IsActive">Whether the key is turned on.</param>
/// <param name="CreatedAt">When the key was created.</param>
/// <param name="ExpiresAt">When the key expires; null if it doesn't.</param>
/// <param name="LastUsedAt">When the key was last used, to the minute; null if it never was.</param>
/// <param name="MonthlyQuota">The key's own limits in a period of its owner's quota; null if it has none.</param>
/// <param name="ReplacedById">The id of the key that replaced this one in a rotation, which may be revoked by now; null if none did.</param>
internal sealed record ApiKeyResponse(
    Guid Id,
    string? Name,
    string? Prefix,
    string[] Scopes,
    bool IsActive,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    QuotaBody? MonthlyQuota,
    Guid? ReplacedById) : IExample<ApiKeyResponse>
{
    public static ApiKeyResponse Example => new(
        ExampleValues.Id, "production", "ctx_0aB1cD2e", ["memory:read"], true, ExampleValues.Time, ExampleValues.Time.AddDays(90), null, null, null);

    public static readonly Expression<Func<ApiKey, ApiKeyResponse>> FromKey = key =>
        new ApiKeyResponse(key.Id, key.Name, key.Prefix, key.Scopes, key.IsActive ?? true, key.CreatedAt, key.ExpiresAt, key.LastUsedAt,
            QuotaBody.Of(QuotaLimits.FromJson(key.MonthlyQuota)), key.ReplacedById);
}
