namespace Cortex.IdentityServer.Features.Billing.Subscriptions;

/// <summary>Polar's statuses of a subscription that matter here. All others, including those that Polar may add, give no access.</summary>
internal static class SubscriptionStatus
{
    public const string Active = "active";
    public const string Trialing = "trialing";

    /// <summary>A payment has failed, and Polar tries again for up to three weeks.</summary>
    public const string PastDue = "past_due";

    /// <summary>The subscription has ended, or will end when its time is over.</summary>
    public const string Canceled = "canceled";

    /// <summary>All attempts to collect the payment have failed.</summary>
    public const string Unpaid = "unpaid";

    public static bool IsActive(string status) => status is Active or Trialing;
}
