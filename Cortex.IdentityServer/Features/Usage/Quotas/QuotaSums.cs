namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>Sums of the ledger.</summary>
/// <param name="Requests">The number of requests.</param>
/// <param name="TokensUsed">The number of tokens.</param>
/// <param name="CostMicros">The cost in millionths of a US dollar.</param>
internal readonly record struct QuotaSums(long Requests, long TokensUsed, long CostMicros);
