namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>The totals of a user's usage.</summary>
/// <param name="Requests">The number of requests.</param>
/// <param name="TokensUsed">The number of tokens that the requests used.</param>
/// <param name="CostUsd">The cost of the requests in US dollars.</param>
/// <param name="Errors">The number of failed requests: those with a status of 400 or more or, without a status, with an error message.</param>
/// <param name="Unpriced">The number of requests whose cost isn't a number (NaN), which <c>cost_usd</c> leaves out.</param>
internal sealed record UsageTotals(long Requests, long TokensUsed, decimal CostUsd, long Errors, long Unpriced);
