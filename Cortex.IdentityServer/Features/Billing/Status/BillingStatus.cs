using Cortex.IdentityServer.Features.Billing.Polar;

namespace Cortex.IdentityServer.Features.Billing.Status;

/// <summary>Reports whether billing works.</summary>
internal sealed class BillingStatus(BillingOptions options, PolarClient polar, PolarStatus requests)
{
    public BillingStatusResponse Read()
    {
        var (successAt, failureAt, failure, rejectedSince) = requests.Read();
        return new(new PolarStatusResponse
        {
            Enabled = polar.IsEnabled,
            ApiUrl = options.PolarApiUrl,
            ApiVersion = options.PolarApiVersion,
            VersionRejectedSince = rejectedSince,
            LastSuccessAt = successAt,
            LastFailureAt = failureAt,
            LastFailure = failure,
        });
    }
}
