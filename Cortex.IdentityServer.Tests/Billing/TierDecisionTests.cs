using Cortex.IdentityServer.Features.Billing.Subscriptions;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>The table of cases of the rule that derives a tier from subscriptions.</summary>
public sealed class TierDecisionTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    private static readonly BillingRules Rules = new(
        new Dictionary<string, string> { ["prod_free"] = "free", ["prod_pro"] = "pro", ["prod_enterprise"] = "enterprise" },
        new Dictionary<string, int> { ["free"] = 60, ["pro"] = 600, ["enterprise"] = 6000 },
        TimeSpan.FromDays(21));

    /// <summary>Each case: the name, the tier, the days until time alone changes it, and the subscriptions.</summary>
    public static TheoryData<string, string, double?, Given[]> Cases => new()
    {
        { "no subscription", "free", null, [] },
        { "active", "pro", null, [new("active")] },
        { "in a trial", "pro", null, [new("trialing")] },
        { "not paid for yet", "free", null, [new("incomplete")] },
        { "never paid for", "free", null, [new("incomplete_expired")] },
        { "unpaid", "free", null, [new("unpaid")] },
        { "paused", "free", null, [new("paused")] },
        { "a status that Polar has added", "free", null, [new("suspended")] },
        { "past due since now", "pro", 21, [new("past_due") { PastDue = 0 }] },
        { "past due within the grace", "pro", 1, [new("past_due") { PastDue = -20 }] },
        { "past due and the grace ends now", "free", null, [new("past_due") { PastDue = -21 }] },
        { "past due for longer than the grace", "free", null, [new("past_due") { PastDue = -30 }] },
        { "past due, and nobody says since when", "pro", 20, [new("past_due") { Said = -1 }] },
        { "past due and canceled for the end of the period", "pro", 3, [new("past_due") { PastDue = -1, Cancels = true, PeriodEnd = 3 }] },
        { "canceled for the end of the period", "pro", 10, [new("active") { Cancels = true, PeriodEnd = 10 }] },
        { "canceled, and the period is over", "free", null, [new("active") { Cancels = true, PeriodEnd = -1 }] },
        { "canceled for a time before the end of the period", "pro", 2, [new("active") { Cancels = true, PeriodEnd = 10, Ends = 2 }] },
        { "canceled, with time left", "pro", 5, [new("canceled") { Ends = 5 }] },
        { "canceled, with the rest of the period left", "pro", 4, [new("canceled") { PeriodEnd = 4 }] },
        { "canceled, and nothing says until when", "free", null, [new("canceled")] },
        { "canceled, and its time is over", "free", null, [new("canceled") { Ends = -1 }] },
        { "ended, although its period isn't over", "free", null, [new("canceled") { Ended = -1, PeriodEnd = 10 }] },
        { "revoked, whatever its status", "free", null, [new("active") { Revoked = 0, Said = 0, PeriodEnd = 10 }] },
        { "revoked and canceled later, with time left", "free", null, [new("canceled") { Revoked = -2, Said = -1, PeriodEnd = 10 }] },
        { "revoked once, and active since", "pro", null, [new("active") { Revoked = -2, Said = -1 }] },
        { "renewal is late", "pro", null, [new("active") { PeriodEnd = -3 }] },
        { "no longer listed", "pro", 20, [new("active") { Said = -10, Unlisted = -1 }] },
        { "no longer listed for longer than the grace", "free", null, [new("active") { Said = -40, Unlisted = -22 }] },
        {
            "no longer listed, and canceled for a time that is over", "free", null,
            [new("active") { Said = -9, Unlisted = -1, Cancels = true, PeriodEnd = -1 }]
        },
        { "a product that nobody mapped", "free", null, [new("active", "prod_other")] },
        { "a mapped and an unmapped product", "pro", null, [new("active", "prod_other"), new("active")] },
        { "a product that is mapped to free", "free", null, [new("active", "prod_free")] },
        { "the greatest of two", "enterprise", null, [new("active"), new("active", "prod_enterprise")] },
        { "the greatest of two, in the other order", "enterprise", null, [new("active", "prod_enterprise"), new("active")] },
        { "the greatest has ended", "pro", null, [new("canceled", "prod_enterprise") { Ended = -1 }, new("active")] },
        { "the greatest is past due", "enterprise", 11, [new("past_due", "prod_enterprise") { PastDue = -10 }, new("active")] },
        { "the smaller one changes first", "enterprise", 2, [new("active", "prod_enterprise"), new("active") { Cancels = true, PeriodEnd = 2 }] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_tier_follows_from_the_subscriptions(string name, string tier, double? days, Given[] subscriptions)
    {
        var decision = TierDecision.Of([.. subscriptions.Select((one, index) => one.ToSubscription(index))], Rules, Now);

        Assert.True(tier == decision.Tier, name);
        Assert.Equal(days is { } after ? Now.AddDays(after) : null, decision.NextChangeAt);
        Assert.Equal(tier == "free" && !subscriptions.Any(one => one.Product == "prod_free"), decision.Subscription is null);
    }

    [Fact]
    public void Without_a_grace_a_failed_payment_ends_the_access() => Assert.Equal(
        "free", TierDecision.Of([new Given("past_due") { PastDue = 0 }.ToSubscription(0)], Rules with { PastDueGrace = TimeSpan.Zero }, Now).Tier);

    [Fact]
    public void Quotas_count_for_the_period_of_the_subscription_that_gives_the_tier()
    {
        var decision = TierDecision.Of(
            [
                new Given("active") { PeriodStart = -10, PeriodEnd = 20 }.ToSubscription(0),
                new Given("active", "prod_enterprise") { PeriodStart = -5, PeriodEnd = 25 }.ToSubscription(1),
            ],
            Rules,
            Now);

        Assert.Equal((Now.AddDays(-5), Now.AddDays(25)), (decision.PeriodStart, decision.PeriodEnd));
    }

    [Theory]
    [InlineData(null, 20.0)]
    [InlineData(-10.0, null)]
    [InlineData(5.0, 5.0)]
    [InlineData(6.0, 5.0)]
    public void A_period_without_two_ends_in_order_is_none(double? start, double? end)
    {
        var decision = TierDecision.Of([new Given("active") { PeriodStart = start, PeriodEnd = end }.ToSubscription(0)], Rules, Now);

        Assert.Equal((null, null), (decision.PeriodStart, decision.PeriodEnd));
    }

    /// <summary>A subscription; all times are in days from now.</summary>
    public sealed record Given(string Status, string Product = "prod_pro")
    {
        public double Said { get; init; } = -15;

        public double? PeriodStart { get; init; }

        public double? PeriodEnd { get; init; }

        public bool Cancels { get; init; }

        public double? Ends { get; init; }

        public double? Ended { get; init; }

        public double? PastDue { get; init; }

        public double? Revoked { get; init; }

        public double? Unlisted { get; init; }

        internal Subscription ToSubscription(int index) => new($"sub_{index}", "cus", Product, Status, Now.AddDays(Said), "event")
        {
            PeriodStart = At(PeriodStart),
            PeriodEnd = At(PeriodEnd),
            CancelsAtPeriodEnd = Cancels,
            EndsAt = At(Ends),
            EndedAt = At(Ended),
            PastDueAt = At(PastDue),
            RevokedAt = At(Revoked),
            UnlistedAt = At(Unlisted),
        };

        private static DateTimeOffset? At(double? days) => days is { } value ? Now.AddDays(value) : null;
    }
}
