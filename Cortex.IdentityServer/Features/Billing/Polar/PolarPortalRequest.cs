using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>A request for a link to Polar's customer portal. It names the customer in one of two ways.</summary>
/// <param name="ReturnUrl">Where the browser goes when the customer leaves the portal.</param>
internal sealed record PolarPortalRequest(string ReturnUrl)
{
    /// <summary>The id of the user, which is the customer's external id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExternalCustomerId { get; init; }

    /// <summary>Polar's id of the customer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CustomerId { get; init; }
}
