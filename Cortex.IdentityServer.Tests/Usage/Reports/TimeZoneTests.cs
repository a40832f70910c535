using System.Globalization;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage.Reports;

/// <summary>
/// Intervals are hours, days, and months of the requested time zone. The expected sums come from PostgreSQL, which has its own implementation of time zones.
/// </summary>
public sealed class TimeZoneTests(CortexApp app) : IClassFixture<CortexApp>
{
    /// <summary>What each local date has, also those without usage.</summary>
    private const string ByLocalDate = $"""
        SELECT {ReportSteps.NumbersOfRows}
        FROM generate_series(date_trunc($3, $4::timestamp), $5::timestamp - interval '1 microsecond', ('1 ' || $3)::interval) AS start
        LEFT JOIN usage_logs ON user_id = $1 AND date_trunc($3, created_at AT TIME ZONE $2) = start
        GROUP BY start ORDER BY start
        """;

    /// <remarks>The dates are local midnights.</remarks>
    [Theory]
    [InlineData("UTC", "day", "2026-03-01", "2026-03-08")]
    [InlineData("Europe/Paris", "day", "2026-03-27", "2026-04-01")] // 23 hours
    [InlineData("Europe/Paris", "day", "2026-10-23", "2026-10-28")] // 25 hours
    [InlineData("America/New_York", "day", "2026-03-05", "2026-03-12")]
    [InlineData("America/Los_Angeles", "month", "2025-06-01", "2026-06-01")]
    [InlineData("Asia/Kathmandu", "day", "2024-02-26", "2024-03-03")] // +5:45, a leap year
    [InlineData("Asia/Katmandu", "day", "2024-02-26", "2024-03-03")]
    [InlineData("Asia/Kathmandu", "month", "2024-01-01", "2024-04-01")]
    [InlineData("Asia/Kolkata", "day", "2026-01-01", "2026-01-05")]
    [InlineData("Pacific/Auckland", "day", "2026-04-02", "2026-04-08")]
    [InlineData("Pacific/Kiritimati", "day", "2026-01-01", "2026-01-05")] // +14
    [InlineData("Australia/Lord_Howe", "day", "2026-04-03", "2026-04-08")] // 24.5 hours
    [InlineData("Australia/Lord_Howe", "day", "2026-10-02", "2026-10-07")] // 23.5 hours
    [InlineData("America/St_Johns", "month", "2026-01-01", "2026-05-01")]
    [InlineData("America/Sao_Paulo", "day", "2018-11-02", "2018-11-07")] // 4 November begins at one o'clock
    [InlineData("America/Havana", "day", "2024-11-01", "2024-11-06")] // 3 November has two midnights
    public async Task Each_local_day_or_month_has_the_usage_of_its_own_date(string zone, string granularity, string first, string end)
    {
        var (user, _, http) = await app.SignUpAsync();
        var (from, to) = (Midnight(zone, first), Midnight(zone, end));
        await app.WriteRandomRowsAsync(user.Id, from.AddDays(-1), to.AddDays(1), 3000);
        var expected = await app.NumbersAsync(ByLocalDate, user.Id, zone, granularity, Date(first), Date(end));

        for (var isFolded = false; ; isFolded = true)
        {
            var report = await http.ReportAsync($"?granularity={granularity}&tz={zone}&from={from.Iso()}&to={to.Iso()}&group_by=endpoint");

            var points = report.Series().GroupBy(point => point.Start()).ToList();
            Assert.Equal(expected, points.Select(point => Sum(point.Select(group => group.Numbers()))));
            Assert.Equal(from, points[0].Key);
            Assert.Equal(Sum(expected), report.Totals());
            if (isFolded)
            {
                break;
            }

            await app.FoldAsync();
        }
    }

    [Theory]
    [InlineData("Europe/Paris", "hour", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25)]
    [InlineData("Europe/Paris", "hour", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23)]
    [InlineData("Asia/Kathmandu", "hour", "2026-03-28T18:15:00Z", "2026-03-29T18:15:00Z", 24)]
    [InlineData("Australia/Lord_Howe", "hour", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z", 24)]
    [InlineData("Australia/Lord_Howe", "hour", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z", 24)]
    [InlineData("Pacific/Apia", "day", "2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z", 2)] // There was no 30 December.
    [InlineData("Africa/Monrovia", "day", "1971-06-01T00:45:00Z", "1971-06-03T00:30:00Z", 2)] // The offset was 44 minutes and 30 seconds.
    public async Task A_day_has_as_many_intervals_as_its_clock_shows(string zone, string granularity, string from, string to, int count)
    {
        var (_, _, http) = await app.SignUpAsync();

        var series = (await http.ReportAsync($"?granularity={granularity}&tz={zone}&from={from}&to={to}")).Series();

        Assert.Equal(count, series.Count);
        Assert.All(series.Zip(series.Skip(1)), pair => Assert.True(pair.First.Start() < pair.Second.Start()));
    }

    [Fact]
    public async Task When_the_clock_goes_back_by_half_an_hour_one_hour_has_90_minutes()
    {
        var (_, _, http) = await app.SignUpAsync();

        var series = (await http.ReportAsync("?granularity=hour&tz=Australia/Lord_Howe&from=2026-04-04T13:00:00Z&to=2026-04-04T16:30:00Z")).Series();

        Assert.Equal(
            ["2026-04-04T13:00:00Z", "2026-04-04T14:00:00Z", "2026-04-04T15:30:00Z"], series.Select(point => point.GetProperty("start").GetString()));
    }

    [Fact]
    public async Task When_the_clock_goes_forward_by_half_an_hour_one_hour_has_30_minutes()
    {
        var (_, _, http) = await app.SignUpAsync();

        var series = (await http.ReportAsync("?granularity=hour&tz=Australia/Lord_Howe&from=2026-10-03T14:30:00Z&to=2026-10-03T17:00:00Z")).Series();

        Assert.Equal(
            ["2026-10-03T14:30:00Z", "2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z"], series.Select(point => point.GetProperty("start").GetString()));
    }

    [Theory]
    [InlineData("America/Sao_Paulo", "2018-11-04T03:00:00Z")] // 00:00 doesn't exist, so the day begins at 01:00 -02.
    [InlineData("America/Havana", "2024-11-03T04:00:00Z")] // The first of two midnights.
    public async Task A_day_begins_when_its_date_begins(string zone, string start)
    {
        var (_, _, http) = await app.SignUpAsync();
        var day = start[..10];

        var series = (await http.ReportAsync($"?tz={zone}&from={day}T10:00:00Z&to={day}T11:00:00Z")).Series();

        Assert.Equal(start, Assert.Single(series).GetProperty("start").GetString());
    }

    [Theory]
    [InlineData("day")]
    [InlineData("month")]
    [InlineData("hour")]
    public async Task The_first_and_the_last_time_that_can_be_written_are_accepted_in_any_zone(string granularity)
    {
        var (_, _, http) = await app.SignUpAsync();

        foreach (var zone in new[] { "Asia/Kathmandu", "America/Los_Angeles", "Pacific/Kiritimati" })
        {
            foreach (var period in new[] { "from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z", "from=9999-12-31T00:00:00Z&to=9999-12-31T23:59:59.9999999Z" })
            {
                Assert.NotEmpty((await http.ReportAsync($"?tz={zone}&granularity={granularity}&{period}")).Series());
            }
        }
    }

    private static Numbers Sum(IEnumerable<Numbers> numbers) => numbers.Aggregate((sum, next) => new(
        sum.Requests + next.Requests, sum.Tokens + next.Tokens, sum.Cost + next.Cost, sum.Errors + next.Errors));

    private static DateTime Date(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture);

    private static DateTimeOffset Midnight(string zone, string date)
    {
        var local = Date(date);
        return new(local, TimeZoneInfo.FindSystemTimeZoneById(zone).GetUtcOffset(local));
    }
}
