namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>A request for a link to Polar's customer portal.</summary>
/// <param name="ExternalCustomerId">The id of the user.</param>
/// <param name="ReturnUrl">Where the browser goes when the customer leaves the portal.</param>
internal sealed record PolarPortalRequest(string ExternalCustomerId, string ReturnUrl);
