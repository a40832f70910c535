namespace Cortex.IdentityServer.Features.Billing.Reconciliation;

/// <summary>What a meter at Polar has counted for a user in a month.</summary>
/// <param name="MeterId">Polar's id of the meter.</param>
/// <param name="Name">The name of the meter.</param>
/// <param name="Quantity">What the meter has counted.</param>
/// <param name="Metric">
/// The sum that the quantity is compared with: <c>requests</c>, <c>tokens_used</c>, or <c>cost_usd</c>; null if the meter counts something else.
/// </param>
internal sealed record ReconciledMeter(string MeterId, string Name, decimal Quantity, string? Metric);
