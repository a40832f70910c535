namespace Cortex.IdentityServer.Features.Usage;

/// <summary>Usage within a piece of time.</summary>
/// <param name="Start">When the hour, day or month begins, in UTC. The first and the last only count what is within the requested period.</param>
/// <param name="Group">
/// The endpoint, the provider or the id of the API key; <c>other</c> for all beyond the largest; null for requests without one, and if nothing is grouped.
/// </param>
/// <param name="Requests">How many requests there were.</param>
/// <param name="TokensUsed">Tokens that they used.</param>
/// <param name="CostUsd">What they cost, in US dollars.</param>
/// <param name="Errors">How many of them failed.</param>
/// <param name="Unpriced">How many of them have a cost that is no number (NaN), which <c>cost_usd</c> leaves out.</param>
internal sealed record UsagePoint(DateTimeOffset Start, string? Group, long Requests, long TokensUsed, decimal CostUsd, long Errors, long Unpriced);
