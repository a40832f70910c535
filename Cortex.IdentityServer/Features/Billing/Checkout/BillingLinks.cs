using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Checkout;

/// <summary>What checkouts and the portal have in common.</summary>
internal static class BillingLinks
{
    private const int MaxLocationLength = 200;

    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(30);

    /// <summary>Polar may ask for a longer wait, which nobody would sit through.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(10);

    public static BillingLinkResult.Unavailable Unavailable(TimeSpan? retryAfter)
    {
        var wait = retryAfter ?? DefaultWait;
        return new(wait < MaxWait ? wait : MaxWait);
    }

    /// <summary>Names what Polar refuses, for the log. Its messages can contain personal data, so they are left out.</summary>
    public static string Locations(IEnumerable<PolarError> errors) =>
        PrintableText.Of(string.Join(", ", errors.Select(error => string.Join('.', error.Location))), MaxLocationLength);
}
