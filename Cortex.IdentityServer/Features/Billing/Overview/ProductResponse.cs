namespace Cortex.IdentityServer.Features.Billing.Overview;

/// <summary>A product that can be subscribed to.</summary>
/// <param name="Id">The payment provider's id of the product.</param>
/// <param name="Tier">The tier that it stands for.</param>
internal sealed record ProductResponse(string Id, string Tier);
