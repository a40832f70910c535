using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>The options for rotating a key.</summary>
internal sealed record RotateApiKeyRequest : IRequestBody, IExample<RotateApiKeyRequest>
{
    /// <summary>The number of seconds for which the old key keeps working, 0 to 86400; 0 by default.</summary>
    [Range(0, 86_400)]
    public int? OverlapSeconds { get; init; }

    public static RotateApiKeyRequest Example => new() { OverlapSeconds = 3600 };
}
