using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>The API key to create.</summary>
internal sealed record GenerateApiKeyRequest : IRequestBody, IExample<GenerateApiKeyRequest>
{
    /// <summary>What the key is for, in the owner's words.</summary>
    [Required]
    [PlainText]
    [MaxLength(ApiKeyConfiguration.NameLength)]
    public string Name { get; init; } = "";

    /// <summary>
    /// What the key may do: up to 32 scopes among those that the operator allows (<c>API_KEY_SCOPES</c>; any if that isn't set). <c>introspect</c> lets the key
    /// introspect tokens and keys, <c>usage:read</c> lets it read all usage of its owner, and <c>usage:write</c> is reserved for service accounts and
    /// administrators. None by default.
    /// </summary>
    [Scopes]
    public string[]? Scopes { get; init; }

    /// <summary>The number of days until the key expires, 1 to 3650; if omitted, the key doesn't expire.</summary>
    [Range(1, 3650)]
    public int? ExpiresInDays { get; init; }

    /// <summary>Limits of this key in a period of its owner's quota, in addition to that quota; none by default.</summary>
    [ValidQuota]
    public QuotaBody? MonthlyQuota { get; init; }

    public static GenerateApiKeyRequest Example => new() { Name = "production", Scopes = ["memory:read"], ExpiresInDays = 90 };
}
