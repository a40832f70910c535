using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Billing.Checkout;

/// <summary>The routes that lead users to Polar's pages.</summary>
internal static class CheckoutEndpoints
{
    private const string Off = "This server doesn't sell subscriptions.";

    /// <summary>Buy a product</summary>
    /// <remarks>
    /// Returns the address of a page of Polar on which the user can pay. Afterwards, Polar tells the server, which sets the user's tier, usually within
    /// seconds; the page that the browser returns to may open before that.
    /// </remarks>
    internal static async Task<Results<Ok<BillingLinkResponse>, Problem>> CreateCheckout(
        CheckoutRequest body, CheckoutStart checkout, HttpContext http, CancellationToken cancellationToken)
    {
        var caller = (KnownCaller)http.User;
        return await checkout.TryAsync(caller.UserId(), caller.Email, body.ProductId, body.SuccessPath, cancellationToken) switch
        {
            BillingLinkResult.Opened opened => TypedResults.Ok(new BillingLinkResponse(opened.Url)),
            BillingLinkResult.UnknownProduct => Refusal.Invalid("product_id", "must be the id of a product that is for sale").ToProblem(),
            var other => ProblemOf(other),
        };
    }

    /// <summary>Open the customer portal</summary>
    /// <remarks>
    /// Returns the address of Polar's customer portal, where the user can change the payment method, cancel, and see invoices. The address expires after an
    /// hour and gives access to the user's billing, so don't store it.
    /// </remarks>
    internal static async Task<Results<Ok<BillingLinkResponse>, Problem>> OpenPortal(
        PortalStart portal, HttpContext http, CancellationToken cancellationToken) =>
        await portal.TryAsync(http.User.UserId(), cancellationToken) switch
        {
            BillingLinkResult.Opened opened => TypedResults.Ok(new BillingLinkResponse(opened.Url)),
            var other => ProblemOf(other),
        };

    private static Problem ProblemOf(BillingLinkResult result) => result switch
    {
        BillingLinkResult.Off => (Problems.NotFound with { Detail = Off }).ToProblem(),
        BillingLinkResult.NoCustomer => Problems.NoCustomer.ToProblem(),
        BillingLinkResult.SeveralCustomers => (Problems.NoCustomer with
        {
            Detail = "The payment provider can't tell which customer this account is. Contact the operator.",
        }).ToProblem(),
        BillingLinkResult.Unavailable unavailable => (Problems.ServiceUnavailable with
        {
            Detail = "The payment provider can't be reached. Try again shortly.",
            RetryAfter = Math.Max(1, (int)Math.Ceiling(unavailable.RetryAfter.TotalSeconds)),
        }).ToProblem(),
        _ => throw new InvalidOperationException($"{result.GetType().Name} isn't an answer of this route"),
    };
}
