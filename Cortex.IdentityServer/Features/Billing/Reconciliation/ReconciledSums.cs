using Cortex.IdentityServer.Features.Billing.Metering;

namespace Cortex.IdentityServer.Features.Billing.Reconciliation;

/// <summary>Sums of usage.</summary>
/// <param name="Requests">The number of requests, including corrections by administrators.</param>
/// <param name="TokensUsed">The number of tokens; negative if corrections exceed the usage.</param>
/// <param name="CostUsd">The cost in US dollars, exact to six decimals; negative if corrections exceed the usage.</param>
internal sealed record ReconciledSums(long Requests, long TokensUsed, decimal CostUsd)
{
    private const decimal MicrosPerDollar = 1_000_000;

    public static ReconciledSums Of(MeterSums sums) => new(sums.Requests, sums.TokensUsed, sums.CostMicros / MicrosPerDollar);
}
