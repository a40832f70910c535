using Cortex.IdentityServer.Features.Billing.Subscriptions;
using Cortex.IdentityServer.Features.Billing.Webhooks;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>Whatever the order in which events arrive, what is known in the end is the same.</summary>
public sealed class SubscriptionOrderTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly BillingRules Rules = new(
        new Dictionary<string, string> { ["prod_pro"] = "pro", ["prod_enterprise"] = "enterprise" },
        new Dictionary<string, int> { ["free"] = 0, ["pro"] = 1, ["enterprise"] = 2 },
        TimeSpan.FromDays(21));

    public static TheoryData<string, string, (string Type, string Status, string Product)[]> Lives => new()
    {
        {
            "created, upgraded, failed, recovered, and still active",
            "enterprise",
            [
                ("subscription.created", "incomplete", "prod_pro"), ("subscription.active", "active", "prod_pro"),
                ("subscription.updated", "active", "prod_enterprise"), ("subscription.past_due", "past_due", "prod_enterprise"),
                ("subscription.updated", "past_due", "prod_enterprise"), ("subscription.active", "active", "prod_enterprise"),
                ("subscription.cycled", "active", "prod_enterprise"),
            ]
        },
        {
            "canceled, uncanceled, and revoked in the end",
            "free",
            [
                ("subscription.created", "active", "prod_pro"), ("subscription.active", "active", "prod_pro"),
                ("subscription.canceled", "active", "prod_pro"), ("subscription.uncanceled", "active", "prod_pro"),
                ("subscription.past_due", "past_due", "prod_pro"), ("subscription.updated", "canceled", "prod_pro"),
                ("subscription.revoked", "canceled", "prod_pro"),
            ]
        },
        {
            "revoked, and updated once more with time left",
            "free",
            [
                ("subscription.created", "active", "prod_pro"), ("subscription.active", "active", "prod_pro"),
                ("subscription.updated", "active", "prod_pro"), ("subscription.canceled", "active", "prod_pro"),
                ("subscription.past_due", "past_due", "prod_pro"), ("subscription.revoked", "canceled", "prod_pro"),
                ("subscription.updated", "canceled", "prod_pro"),
            ]
        },
        {
            "paused and resumed",
            "pro",
            [
                ("subscription.created", "trialing", "prod_pro"), ("subscription.active", "active", "prod_pro"),
                ("subscription.past_due", "past_due", "prod_pro"), ("subscription.paused", "paused", "prod_pro"),
                ("subscription.resumed", "active", "prod_pro"), ("subscription.updated", "active", "prod_pro"),
                ("subscription.past_due", "past_due", "prod_pro"),
            ]
        },
    };

    [Theory]
    [MemberData(nameof(Lives))]
    public void All_orders_of_seven_events_end_in_the_same_tier(string name, string tier, (string Type, string Status, string Product)[] life)
    {
        var facts = life.Select((one, index) => Read(one.Type, one.Status, one.Product, index)).ToList();
        var now = Start.AddDays(8);
        var tiers = new HashSet<(string Tier, DateTimeOffset? NextChangeAt)>();
        foreach (var order in Orders(facts))
        {
            Subscription? known = null;
            foreach (var said in order)
            {
                known = Subscription.After(known, said, "cus", snapshotAt: null);
                _ = TierDecision.Of([known], Rules, now);
            }

            var decision = TierDecision.Of([known!], Rules, now);
            tiers.Add((decision.Tier, decision.NextChangeAt));
        }

        Assert.Equal(tier, Assert.Single(tiers).Tier);
        Assert.NotEmpty(name);
    }

    [Fact]
    public void Of_two_statements_of_the_same_time_the_same_one_prevails_in_both_orders()
    {
        var (one, other) = (Read("subscription.active", "active", "prod_pro", 0), Read("subscription.paused", "paused", "prod_pro", 0) with { SaidBy = "b" });

        var inOrder = Subscription.After(Subscription.After(null, one, "cus", null), other, "cus", null);
        var reversed = Subscription.After(Subscription.After(null, other, "cus", null), one, "cus", null);

        Assert.Equal(inOrder, reversed);
    }

    [Fact]
    public void A_failure_of_long_ago_doesnt_shorten_the_grace_of_a_new_one()
    {
        var (old, now) = (Start.AddDays(-60), Start);
        var known = Subscription.After(null, Read("subscription.past_due", "past_due", "prod_pro", 0) with { PastDueAt = now }, "cus", null);
        var replayed = Read("subscription.past_due", "past_due", "prod_pro", -24 * 60) with { PastDueAt = old };

        Assert.Equal(now, Subscription.After(known, replayed, "cus", null).PastDueAt);
    }

    [Fact]
    public void Canceled_with_time_left_after_an_earlier_revocation_that_was_taken_back_keeps_the_access()
    {
        Subscription? known = null;
        foreach (var (type, status, hour) in new[]
        {
            ("subscription.revoked", "past_due", 0), ("subscription.active", "active", 1), ("subscription.updated", "canceled", 2),
        })
        {
            known = Subscription.After(known, Read(type, status, "prod_pro", hour), "cus", null);
        }

        Assert.Equal("pro", TierDecision.Of([known!], Rules, Start.AddDays(8)).Tier);
    }

    [Fact]
    public void A_statement_that_is_repeated_changes_nothing()
    {
        var said = Read("subscription.active", "active", "prod_pro", 0);
        var known = Subscription.After(null, said, "cus", null);

        Assert.Equal(known, Subscription.After(known, said, "cus", null));
    }

    private static SubscriptionFacts Read(string type, string status, string product, int hour)
    {
        var at = Start.AddHours(hour);
        var json = Webhooks.Body(
            type, at, Webhooks.Subscription("sub", Guid.Empty, status, product, periodStart: Start, periodEnd: Start.AddMonths(1)));
        return ((PolarStatement.One)PolarEventReader.Read(json, $"event {hour}", at).Statement).Facts;
    }

    private static IEnumerable<List<T>> Orders<T>(List<T> items)
    {
        if (items.Count <= 1)
        {
            return [items];
        }

        return from index in Enumerable.Range(0, items.Count)
               from rest in Orders<T>([.. items[..index], .. items[(index + 1)..]])
               select new List<T>([items[index], .. rest]);
    }
}
