namespace Cortex.IdentityServer.Features.Billing.Subscriptions;

/// <summary>What Polar says about subscriptions, in an event or in the state of a customer.</summary>
internal abstract record PolarStatement
{
    private PolarStatement()
    {
    }

    /// <summary>Something about one subscription.</summary>
    public sealed record One(SubscriptionFacts Facts) : PolarStatement;

    /// <summary>All subscriptions of a customer that are active or in a trial. One that isn't listed may also be past due.</summary>
    /// <param name="Active">The listed subscriptions.</param>
    /// <param name="At">When Polar said so.</param>
    public sealed record Snapshot(IReadOnlyList<SubscriptionFacts> Active, DateTimeOffset At) : PolarStatement;

    /// <summary>Nothing about subscriptions.</summary>
    public sealed record Nothing : PolarStatement
    {
        public static Nothing Instance { get; } = new();

        private Nothing()
        {
        }
    }
}
