using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Features.Billing.Sync;

namespace Cortex.IdentityServer.Features.Billing.Checkout;

/// <summary>Opens a page of Polar on which a user can buy a product.</summary>
internal sealed partial class CheckoutStart(
    PolarClient polar, CheckoutFollowUp followUp, BillingOptions options, CheckoutUrls urls, ILogger<CheckoutStart> logger)
{
    /// <param name="userId">The user, whom Polar links the customer to.</param>
    /// <param name="email">The email of the account, which the page suggests.</param>
    /// <param name="productId">Polar's id of the product.</param>
    /// <param name="successPath">The local path that the browser opens after the payment; null for the page about billing.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public async Task<BillingLinkResult> TryAsync(
        Guid userId, string? email, string productId, string? successPath, CancellationToken cancellationToken)
    {
        if (!polar.IsEnabled)
        {
            return new BillingLinkResult.Off();
        }

        if (!options.PolarProducts.ContainsKey(productId))
        {
            return new BillingLinkResult.UnknownProduct();
        }

        // This comes first, because a user can pay even if this server is killed before it has read Polar's answer.
        await followUp.PlanAsync(userId, cancellationToken);
        var user = userId.ToString();
        var request = new PolarCheckoutRequest(
            [productId], user, email, urls.Success(successPath), urls.Return, new Dictionary<string, string> { [PolarCheckoutRequest.UserIdKey] = user });
        var answer = await polar.CreateCheckoutAsync(request, cancellationToken);
        if (answer is PolarAnswer<PolarCheckout>.Refused refused && Concerns(refused, "customer_email"))
        {
            // Polar looks up whether an address can receive email. The customer can enter another one.
            answer = await polar.CreateCheckoutAsync(request with { CustomerEmail = null }, cancellationToken);
        }

        switch (answer)
        {
            case PolarAnswer<PolarCheckout>.Ok ok:
                return new BillingLinkResult.Opened(ok.Value.Url);
            case PolarAnswer<PolarCheckout>.Refused refusal:
                Log.Refused(logger, productId, refusal.Status, refusal.Reason, BillingLinks.Locations(refusal.Errors));
                return Concerns(refusal, "products") ? new BillingLinkResult.UnknownProduct() : BillingLinks.Unavailable(retryAfter: null);
            case PolarAnswer<PolarCheckout>.Unavailable unavailable:
                return BillingLinks.Unavailable(unavailable.RetryAfter);
            default:
                return BillingLinks.Unavailable(retryAfter: null);
        }
    }

    private static bool Concerns(PolarAnswer<PolarCheckout>.Refused refused, string field) =>
        refused.Errors.Any(error => error.Location.Contains(field, StringComparer.Ordinal));

    private static partial class Log
    {
        [LoggerMessage(4405, LogLevel.Error, "Polar refused a checkout of product {ProductId}: {Status} {Reason} about {Locations}")]
        public static partial void Refused(ILogger logger, string productId, int status, string reason, string locations);
    }
}
