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

    /// <summary>The first payment hasn't been made yet.</summary>
    public const string Incomplete = "incomplete";

    /// <summary>The first payment was never made.</summary>
    public const string IncompleteExpired = "incomplete_expired";

    public static bool IsActive(string status) => status is Active or Trialing;
}
