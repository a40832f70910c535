namespace Cortex.Polar;

/// <summary>The statuses of a subscription.</summary>
public static class PolarStatus
{
    public const string Incomplete = "incomplete";
    public const string IncompleteExpired = "incomplete_expired";
    public const string Trialing = "trialing";
    public const string Active = "active";
    public const string PastDue = "past_due";
    public const string Canceled = "canceled";
    public const string Unpaid = "unpaid";
    public const string Paused = "paused";

    /// <summary>Whether a customer's state lists subscriptions of this status.</summary>
    internal static bool IsActive(string status) => status is Active or Trialing;
}
