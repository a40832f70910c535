using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>The changes to a key.</summary>
internal sealed record UpdateApiKeyRequest : IRequestBody, IExample<UpdateApiKeyRequest>
{
    /// <summary>A new name.</summary>
    [PlainText]
    [MaxLength(ApiKeyConfiguration.NameLength)]
    public string? Name { get; init; }

    /// <summary>False turns the key off, and true turns it on again.</summary>
    public bool? IsActive { get; init; }

    public static UpdateApiKeyRequest Example => new() { Name = "staging", IsActive = false };
}
