using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

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

    /// <summary>The new limits in a period of the owner's quota, which replace all earlier ones; null or an empty object removes them.</summary>
    [ValidQuota]
    public QuotaBody? MonthlyQuota
    {
        get;

        // Generated code calls an init accessor even for a field that the request doesn't contain.
        set
        {
            field = value;
            HasMonthlyQuota = true;
        }
    }

    /// <summary>Whether the request contains new limits, or null to remove them.</summary>
    [JsonIgnore]
    public bool HasMonthlyQuota { get; private set; }

    public static UpdateApiKeyRequest Example => new() { Name = "staging", IsActive = false };
}
