namespace Cortex.IdentityServer.Features.Usage;

/// <summary>Usage within one interval.</summary>
/// <param name="Start">The start of the hour, day, or month, in UTC. The first and last intervals count only what is within the requested period.</param>
/// <param name="Group">
/// The endpoint, the provider or the id of the API key; <c>other</c> for all but the largest groups; null for requests without one and for ungrouped series.
/// </param>
/// <param name="Requests">The number of requests.</param>
/// <param name="TokensUsed">The number of tokens that the requests used.</param>
/// <param name="CostUsd">The cost of the requests in US dollars.</param>
/// <param name="Errors">The number of failed requests.</param>
/// <param name="Unpriced">The number of requests whose cost isn't a number (NaN), which <c>cost_usd</c> leaves out.</param>
internal sealed record UsagePoint(DateTimeOffset Start, string? Group, long Requests, long TokensUsed, decimal CostUsd, long Errors, long Unpriced);
