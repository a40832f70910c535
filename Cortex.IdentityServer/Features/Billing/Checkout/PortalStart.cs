using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Features.Billing.Subscriptions;

namespace Cortex.IdentityServer.Features.Billing.Checkout;

/// <summary>Opens Polar's customer portal for a user.</summary>
internal sealed partial class PortalStart(PolarClient polar, LinkedCustomers linked, CheckoutUrls urls, ILogger<PortalStart> logger)
{
    private const int Ambiguous = 409;

    public async Task<BillingLinkResult> TryAsync(Guid userId, CancellationToken cancellationToken)
    {
        if (!polar.IsEnabled)
        {
            return new BillingLinkResult.Off();
        }

        var result = await TryAsync(userId, new(urls.Return) { ExternalCustomerId = userId.ToString() }, cancellationToken);
        if (result is not BillingLinkResult.NoCustomer)
        {
            return result;
        }

        // Polar doesn't know the id of the user if the customer wasn't created by a checkout here.
        foreach (var customerId in await linked.ListAsync(userId, cancellationToken))
        {
            result = await TryAsync(userId, new(urls.Return) { CustomerId = customerId }, cancellationToken);
            if (result is not BillingLinkResult.NoCustomer)
            {
                break;
            }
        }

        return result;
    }

    private async Task<BillingLinkResult> TryAsync(Guid userId, PolarPortalRequest request, CancellationToken cancellationToken)
    {
        switch (await polar.CreatePortalSessionAsync(request, cancellationToken))
        {
            case PolarAnswer<PolarPortal>.Ok ok:
                return new BillingLinkResult.Opened(ok.Value.Url);
            case PolarAnswer<PolarPortal>.Refused refused when Concerns(refused, "external_customer_id") || Concerns(refused, "customer_id"):
                return new BillingLinkResult.NoCustomer();

            // A customer with several members requires the id of one of them.
            case PolarAnswer<PolarPortal>.Refused refused when refused.Status == Ambiguous || Concerns(refused, "member_id"):
                Log.SeveralCustomers(logger, userId);
                return new BillingLinkResult.SeveralCustomers();
            case PolarAnswer<PolarPortal>.Refused refused:
                Log.Refused(logger, userId, refused.Status, refused.Reason, BillingLinks.Locations(refused.Errors));
                return BillingLinks.Unavailable(retryAfter: null);
            case PolarAnswer<PolarPortal>.Unavailable unavailable:
                return BillingLinks.Unavailable(unavailable.RetryAfter);
            default:
                return BillingLinks.Unavailable(retryAfter: null);
        }
    }

    private static bool Concerns(PolarAnswer<PolarPortal>.Refused refused, string field) =>
        refused.Errors.Any(error => error.Location.Contains(field, StringComparer.Ordinal));

    private static partial class Log
    {
        [LoggerMessage(
            4406,
            LogLevel.Warning,
            "Polar can't choose a customer for user {UserId}: there are several with this external id, or several people share the customer")]
        public static partial void SeveralCustomers(ILogger logger, Guid userId);

        [LoggerMessage(4407, LogLevel.Error, "Polar refused a portal session for user {UserId}: {Status} {Reason} about {Locations}")]
        public static partial void Refused(ILogger logger, Guid userId, int status, string reason, string locations);
    }
}
