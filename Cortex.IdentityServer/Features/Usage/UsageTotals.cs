namespace Cortex.IdentityServer.Features.Usage;

/// <summary>Usage added up.</summary>
/// <param name="Requests">How many requests there were.</param>
/// <param name="TokensUsed">Tokens that they used.</param>
/// <param name="CostUsd">What they cost, in US dollars.</param>
/// <param name="Errors">How many of them failed: with a status of 400 or more or, where there is no status, with an error message.</param>
/// <param name="Unpriced">How many of them have a cost that is no number (NaN), which <c>cost_usd</c> leaves out.</param>
internal sealed record UsageTotals(long Requests, long TokensUsed, decimal CostUsd, long Errors, long Unpriced);
