using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>How a key is replaced.</summary>
internal sealed record RotateApiKeyRequest : IRequestBody, IExample<RotateApiKeyRequest>
{
    /// <summary>Seconds for which the old key goes on working, 0 to 86400; 0 if left out.</summary>
    [Range(0, 86_400)]
    public int? OverlapSeconds { get; init; }

    public static RotateApiKeyRequest Example => new() { OverlapSeconds = 3600 };
}
