using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Checkout;

/// <summary>The addresses on this website to which Polar's pages lead back. They never depend on the request's host.</summary>
internal sealed class CheckoutUrls(HttpOptions options)
{
    private const string BillingPath = "/billing";

    /// <summary>Polar replaces the placeholder, which must not be encoded.</summary>
    private const string CheckoutId = "checkout_id={CHECKOUT_ID}";

    /// <summary>The page about billing.</summary>
    public string Return { get; } = options.Issuer + BillingPath;

    /// <summary>Returns the address that follows a payment: a path, in which the id of the checkout joins the query, in front of any fragment.</summary>
    /// <param name="path">A local path; null for the page about billing.</param>
    public string Success(string? path)
    {
        var url = new Uri(options.Issuer + (path ?? BillingPath));
        return url.GetLeftPart(UriPartial.Query) + (url.Query.Length == 0 ? "?" : url.Query == "?" ? "" : "&") + CheckoutId + url.Fragment;
    }
}
