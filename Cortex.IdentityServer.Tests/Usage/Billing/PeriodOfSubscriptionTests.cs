using System.Globalization;
using Cortex.IdentityServer.Features.Usage.Quotas;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Tests.Usage.Billing;

/// <summary>Which period a quota counts for at a time.</summary>
public sealed class PeriodOfSubscriptionTests
{
    [Theory]
    [InlineData("2026-11-28T10:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")]
    [InlineData("2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")]
    [InlineData("2026-12-31T23:59:59.9999999Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("2027-01-01T01:00:00+02:00", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    public void Without_a_subscription_it_is_the_calendar_month_of_UTC(string now, string from, string to)
    {
        var period = QuotaPeriod.Of(billing: null, Time(now));

        Assert.Equal((Time(from), Time(to)), (period.From, period.To));
        Assert.True(period.IsMonth);
    }

    [Theory]
    [InlineData("2026-11-10T14:00:00Z")]
    [InlineData("2026-11-10T14:07:03.25Z")]
    [InlineData("2026-11-30T23:59:59Z")]
    [InlineData("2026-12-10T13:59:59.9999999Z")]
    public void A_subscription_has_its_own_period_whose_boundaries_are_rounded_down_to_quarter_hours(string now)
    {
        var billing = new BillingPeriod(Time("2026-11-10T16:07:03.25+02:00"), Time("2026-12-10T14:07:03.25Z"));

        var period = QuotaPeriod.Of(billing, Time(now));

        Assert.Equal((billing.Start, billing.End), (period.From, period.To));
        Assert.Equal((Time("2026-11-10T14:00:00Z"), Time("2026-12-10T14:00:00Z")), (period.CountsFrom, period.CountsTo));
        Assert.Equal(TimeSpan.Zero, period.From.Offset);
        Assert.False(period.IsMonth);
    }

    [Theory]
    [InlineData("2026-11-10T14:07:03Z", "2026-12-10T14:07:03Z", "2026-12-10T14:00:00Z", "2026-12-10T14:07:03Z", "2027-01-10T14:07:03Z")]
    [InlineData("2026-11-10T14:07:03Z", "2026-12-10T14:07:03Z", "2027-01-10T13:59:59Z", "2026-12-10T14:07:03Z", "2027-01-10T14:07:03Z")]
    [InlineData("2026-11-10T14:07:03Z", "2026-12-10T14:07:03Z", "2027-04-01T00:00:00Z", "2027-03-10T14:07:03Z", "2027-04-10T14:07:03Z")]
    [InlineData("2026-01-31T08:00:00Z", "2026-02-28T08:00:00Z", "2026-03-01T00:00:00Z", "2026-02-28T08:00:00Z", "2026-03-31T08:00:00Z")]
    [InlineData("2026-01-31T08:00:00Z", "2026-02-28T08:00:00Z", "2026-04-15T00:00:00Z", "2026-03-31T08:00:00Z", "2026-04-30T08:00:00Z")]
    [InlineData("2026-01-31T08:00:00Z", "2026-02-28T08:00:00Z", "2028-02-29T08:00:00Z", "2028-02-29T08:00:00Z", "2028-03-31T08:00:00Z")]
    [InlineData("2026-02-28T08:00:00Z", "2026-03-31T08:00:00Z", "2026-04-30T07:59:59Z", "2026-03-31T08:00:00Z", "2026-04-30T08:00:00Z")]
    [InlineData("2026-02-28T08:00:00Z", "2026-03-31T08:00:00Z", "2026-04-30T08:00:00Z", "2026-04-30T08:00:00Z", "2026-05-31T08:00:00Z")]
    [InlineData("2026-02-28T08:00:00Z", "2026-03-28T08:00:00Z", "2026-03-30T00:00:00Z", "2026-03-28T08:00:00Z", "2026-04-28T08:00:00Z")]
    [InlineData("2026-11-30T08:00:00Z", "2027-02-28T08:00:00Z", "2027-03-01T00:00:00Z", "2027-02-28T08:00:00Z", "2027-05-30T08:00:00Z")]
    [InlineData("2025-06-15T08:00:00Z", "2026-06-15T08:00:00Z", "2027-01-01T00:00:00Z", "2026-06-15T08:00:00Z", "2027-06-15T08:00:00Z")]
    [InlineData("2024-02-29T08:00:00Z", "2025-02-28T08:00:00Z", "2025-03-01T00:00:00Z", "2025-02-28T08:00:00Z", "2026-02-28T08:00:00Z")]
    [InlineData("2024-02-29T08:00:00Z", "2025-02-28T08:00:00Z", "2028-03-01T00:00:00Z", "2028-02-29T08:00:00Z", "2029-02-28T08:00:00Z")]
    [InlineData("2026-11-01T10:20:00Z", "2026-11-15T10:20:00Z", "2026-11-20T00:00:00Z", "2026-11-15T10:20:00Z", "2026-11-29T10:20:00Z")]
    [InlineData("2026-11-01T10:20:00Z", "2026-11-15T10:20:00Z", "2026-12-13T10:15:00Z", "2026-12-13T10:20:00Z", "2026-12-27T10:20:00Z")]
    [InlineData("2026-11-10T00:05:00Z", "2026-11-11T00:05:00Z", "2026-11-11T00:00:00Z", "2026-11-11T00:05:00Z", "2026-11-12T00:05:00Z")]
    public void A_period_whose_renewal_is_late_is_followed_by_one_of_the_same_length(string start, string end, string now, string from, string to) =>
        ShouldBe(start, end, now, from, to);

    [Theory]
    [InlineData("2026-11-10T14:07:03Z", "2026-12-10T14:07:03Z", "2026-11-10T13:59:59Z", "2026-10-10T14:07:03Z", "2026-11-10T14:07:03Z")]
    [InlineData("2026-02-28T08:00:00Z", "2026-03-31T08:00:00Z", "2026-02-01T00:00:00Z", "2026-01-31T08:00:00Z", "2026-02-28T08:00:00Z")]
    [InlineData("2026-11-10T00:05:00Z", "2026-11-11T00:05:00Z", "2026-11-07T12:00:00Z", "2026-11-07T00:05:00Z", "2026-11-08T00:05:00Z")]
    [InlineData("2026-11-10T00:00:00Z", "2027-01-10T00:00:00Z", "2026-10-31T00:00:00Z", "2026-09-10T00:00:00Z", "2026-11-10T00:00:00Z")]
    public void A_period_that_has_not_begun_yet_is_preceded_by_one_of_the_same_length(string start, string end, string now, string from, string to) =>
        ShouldBe(start, end, now, from, to);

    [Theory]
    [InlineData("2026-11-10T14:00:00Z", "2026-11-10T14:00:00Z")]
    [InlineData("2026-12-10T14:00:00Z", "2026-11-10T14:00:00Z")]
    [InlineData("2026-11-10T14:00:00Z", "2026-11-10T14:14:59Z")]
    [InlineData("1969-12-31T23:59:59Z", "2026-12-10T14:00:00Z")]
    [InlineData("2026-11-10T14:00:00Z", "3000-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z")]
    public void A_period_that_makes_no_sense_counts_as_none(string start, string end) =>
        ShouldBe(start, end, "2026-11-20T00:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", "2999-12-31T23:59:59Z")]
    [InlineData("2998-01-01T00:00:00Z", "2999-12-31T23:59:59Z")]
    [InlineData("1970-01-01T00:00:00Z", "1970-01-01T00:15:00Z")]
    [InlineData("2500-07-31T12:34:56Z", "2999-12-31T12:34:56Z")]
    public void The_extremes_have_a_period_that_contains_the_time(string start, string end)
    {
        var now = Time("2026-11-20T00:00:00Z");

        var period = QuotaPeriod.Of(new(Time(start), Time(end)), now);

        Assert.InRange(now, period.CountsFrom, period.CountsTo.AddTicks(-1));
    }

    [Theory]
    [InlineData("2025-10-31T23:59:59Z", "2025-11-30T23:59:59Z")]
    [InlineData("2024-02-29T00:00:00Z", "2025-02-28T00:00:00Z")]
    [InlineData("2025-11-10T14:07:00Z", "2025-11-17T14:07:00Z")]
    [InlineData("2025-11-10T14:07:00Z", "2025-12-05T01:02:03.456Z")]
    public void Periods_follow_each_other_without_gaps(string start, string end)
    {
        var billing = new BillingPeriod(Time(start), Time(end));
        var last = QuotaPeriod.Of(billing, Time("2024-01-01T00:00:00Z"));
        for (var now = Time("2024-01-01T00:00:00Z"); now < Time("2028-04-01T00:00:00Z"); now = now.AddMinutes(15))
        {
            var period = QuotaPeriod.Of(billing, now);

            Assert.True(now >= period.CountsFrom && now < period.CountsTo, $"{now:O} isn't in {period}");
            Assert.True(period == last || (period.From == last.To && now == period.CountsFrom), $"{period} follows {last}");
            last = period;
        }
    }

    private static void ShouldBe(string start, string end, string now, string from, string to)
    {
        var period = QuotaPeriod.Of(new(Time(start), Time(end)), Time(now));

        Assert.Equal((Time(from), Time(to)), (period.From, period.To));
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
