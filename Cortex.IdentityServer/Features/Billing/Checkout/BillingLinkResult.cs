namespace Cortex.IdentityServer.Features.Billing.Checkout;

/// <summary>Whether a page of Polar was opened for a user.</summary>
internal abstract record BillingLinkResult
{
    private BillingLinkResult()
    {
    }

    internal sealed record Opened(Uri Url) : BillingLinkResult;

    /// <summary>This server has no access to Polar's API.</summary>
    internal sealed record Off : BillingLinkResult;

    /// <summary>The product isn't offered here, or Polar doesn't sell it.</summary>
    internal sealed record UnknownProduct : BillingLinkResult;

    /// <summary>Polar has no customer for the user, because the user has never bought anything.</summary>
    internal sealed record NoCustomer : BillingLinkResult;

    /// <summary>Polar has several customers for the user, or one that several people share, so that it can't choose.</summary>
    internal sealed record SeveralCustomers : BillingLinkResult;

    /// <param name="RetryAfter">How long to wait before trying again.</param>
    internal sealed record Unavailable(TimeSpan RetryAfter) : BillingLinkResult;
}
