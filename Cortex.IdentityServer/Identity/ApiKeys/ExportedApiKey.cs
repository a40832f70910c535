using System.Linq.Expressions;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>An API key in the export of an account, without the key itself.</summary>
/// <param name="Id">The id of the key.</param>
/// <param name="Name">The name.</param>
/// <param name="Prefix">The key's first 12 characters; null for keys that the Python server created.</param>
/// <param name="Scopes">The scopes.</param>
/// <param name="IsActive">Whether the key is turned on.</param>
/// <param name="CreatedAt">When the key was created.</param>
/// <param name="ExpiresAt">When the key expires; null if it doesn't.</param>
/// <param name="LastUsedAt">When the key was last used, to the minute; null if it never was.</param>
/// <param name="MonthlyQuota">The key's own limits in a period of its owner's quota; null if it has none.</param>
/// <param name="RevokedAt">When the key was revoked; null if it wasn't.</param>
internal sealed record ExportedApiKey(
    Guid Id,
    string? Name,
    string? Prefix,
    string[] Scopes,
    bool IsActive,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    QuotaBody? MonthlyQuota,
    DateTimeOffset? RevokedAt)
{
    public static readonly Expression<Func<ApiKey, ExportedApiKey>> FromKey = key => new ExportedApiKey(
        key.Id, key.Name, key.Prefix, key.Scopes, key.IsActive ?? true, key.CreatedAt, key.ExpiresAt, key.LastUsedAt,
        QuotaBody.Of(QuotaLimits.FromJson(key.MonthlyQuota)), key.RevokedAt);
}
