using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>A key to be made.</summary>
internal sealed record GenerateApiKeyRequest : IRequestBody, IExample<GenerateApiKeyRequest>
{
    /// <summary>What the key is for, in the owner's words.</summary>
    [Required]
    [PlainText]
    [MaxLength(ApiKeyConfiguration.NameLength)]
    public string Name { get; init; } = "";

    /// <summary>
    /// What the key may do: up to 32 words, of those that the operator allows (<c>API_KEY_SCOPES</c>; any, where that isn't set). <c>introspect</c> lets it ask
    /// about tokens and keys, <c>usage:read</c> lets it read all usage of its owner, and <c>usage:write</c> is for service accounts and administrators. None by
    /// default.
    /// </summary>
    [Scopes]
    public string[]? Scopes { get; init; }

    /// <summary>Days until the key expires, 1 to 3650; never, if left out.</summary>
    [Range(1, 3650)]
    public int? ExpiresInDays { get; init; }

    public static GenerateApiKeyRequest Example => new() { Name = "production", Scopes = ["memory:read"], ExpiresInDays = 90 };
}
