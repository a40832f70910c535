using Cortex.IdentityServer.Features.Usage.Quotas;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage.Sums;

namespace Cortex.IdentityServer.Tests.Usage.Billing;

/// <summary>The sums that quotas read equal the rows themselves, for any period, and whatever is folded.</summary>
public sealed class QuotaSumsTests(PostgresCluster cluster)
{
    private const string InPeriod = """
        SELECT format('%s %s %s', count(*), coalesce(sum(tokens_used), 0), coalesce(sum((cost_usd * 1000000)::bigint), 0)) FROM usage_logs
        WHERE user_id = $1 AND ($2 = '00000000-0000-0000-0000-000000000000'::uuid OR api_key_id = $2) AND created_at >= $3 AND created_at < $4
        """;

    private static readonly DateTimeOffset Start = new(2025, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Random_periods_have_the_sums_of_their_rows()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var (ada, bob) = (await database.AddUserAsync(), await database.AddUserAsync());
        var (one, two) = (await database.AddKeyAsync(ada), await database.AddKeyAsync(ada));
        var reader = new QuotaSumsReader(database.Source);
        var random = new Random(Seed: 16);
        foreach (var share in new[] { "nothing", "half", "everything" })
        {
            await WriteAsync(database, ada, one, 1500);
            await WriteAsync(database, ada, two, 1500);
            await WriteAsync(database, bob, Guid.Empty, 500);
            if (share != "nothing")
            {
                await database.FoldAsync();
            }

            if (share == "half")
            {
                await WriteAsync(database, ada, one, 1500);
            }

            var subjects = Enumerable.Range(0, 120).Select(_ => RandomSubject(random, (ada, Guid.Empty), (ada, one), (ada, two), (bob, Guid.Empty))).ToList();
            var sums = await reader.ReadAsync(subjects, Ct);
            foreach (var (subject, sum) in subjects.Zip(sums))
            {
                var expected = await database.ReadAsync<string>(
                    InPeriod, subject.UserId, subject.KeyId, subject.From.UtcDateTime, subject.To.UtcDateTime);
                Assert.True(
                    expected == $"{sum.Requests} {sum.TokensUsed} {sum.CostMicros}",
                    $"{subject} with {share} folded: {sum} instead of {expected}");
            }
        }
    }

    [Theory]
    [InlineData("2025-11-01T00:00Z", "2025-12-01T00:00Z", "+months 2025-11-01 00:00 to 2025-12-01 00:00")]
    [InlineData("2025-11-01T00:00Z", "2026-11-01T00:00Z", "+months 2025-11-01 00:00 to 2026-11-01 00:00")]
    [InlineData(
        "2025-11-10T11:15Z",
        "2025-12-10T11:15Z",
        """
        +months 2025-11-01 00:00 to 2026-01-01 00:00
        -days 2025-11-01 00:00 to 2025-11-10 00:00
        -days 2025-12-11 00:00 to 2026-01-01 00:00
        -quarters 2025-11-10 00:00 to 2025-11-10 11:15
        -quarters 2025-12-10 11:15 to 2025-12-11 00:00
        """)]
    [InlineData(
        "2025-11-28T18:30Z",
        "2025-12-28T00:00Z",
        """
        +months 2025-12-01 00:00 to 2026-01-01 00:00
        +days 2025-11-29 00:00 to 2025-12-01 00:00
        -days 2025-12-28 00:00 to 2026-01-01 00:00
        +quarters 2025-11-28 18:30 to 2025-11-29 00:00
        """)]
    [InlineData(
        "2025-11-28T18:30Z",
        "2025-12-05T18:30Z",
        """
        +days 2025-11-29 00:00 to 2025-12-06 00:00
        +quarters 2025-11-28 18:30 to 2025-11-29 00:00
        -quarters 2025-12-05 18:30 to 2025-12-06 00:00
        """)]
    public void A_period_is_made_of_few_sums_and_of_what_is_not_folded_yet(string from, string to, string expected)
    {
        var subject = new QuotaSubject(Guid.NewGuid(), Guid.Empty, Time(from), Time(to));

        var ranges = QuotaRange.Of(subject).ToList();

        Assert.Equal(new(QuotaRange.Deltas, subject.From, subject.To), ranges[^1]);
        Assert.Equal(
            expected.ReplaceLineEndings("\n"),
            string.Join('\n', ranges[..^1].Select(range => FormattableString.Invariant(
                $"{(range.Sign > 0 ? '+' : '-')}{range.Sums} {range.From:yyyy-MM-dd HH:mm} to {range.To:yyyy-MM-dd HH:mm}"))));
    }

    /// <remarks>Each insert adds ten rows to a period, so any other number would be one that never existed.</remarks>
    [Fact]
    public async Task No_read_counts_a_request_twice_or_misses_one_while_others_write_and_a_job_adds_up()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        var reader = new QuotaSumsReader(database.Source);
        QuotaSubject[] subjects =
        [
            new(user, Guid.Empty, Start.AddDays(9).AddMinutes(675), Start.AddDays(39).AddMinutes(675)),
            new(user, Guid.Empty, Start.AddDays(20), Start.AddYears(1)),
        ];
        using var done = new CancellationTokenSource();
        var writers = Concurrently.RunAsync(3, async _ =>
        {
            var count = 0;
            for (; !done.IsCancellationRequested; count++)
            {
                // All ten rows are in the first period, and the last four of them are in the second one.
                await database.RunAsync(
                    "INSERT INTO usage_logs (user_id, endpoint, created_at) SELECT $1, '/x', $2 + n * interval '42 hours' FROM generate_series(1, 10) AS n",
                    user, subjects[0].From.UtcDateTime);
            }

            return count;
        });
        var folds = Task.Run(
            async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    await database.FoldAsync();
                }
            },
            Ct);

        var last = 0L;
        for (var i = 0; i < 200; i++)
        {
            var sums = await reader.ReadAsync(subjects, Ct);
            Assert.Equal(0, sums[0].Requests % 10);
            Assert.Equal(sums[0].Requests * 4, sums[1].Requests * 10);
            Assert.True(sums[0].Requests >= last, $"{sums[0].Requests} after {last}");
            last = sums[0].Requests;
        }

        await done.CancelAsync();
        var written = (await writers).Sum();
        await folds;
        Assert.True(last > 0);
        Assert.Equal(written * 10, (await reader.ReadAsync(subjects, Ct))[0].Requests);
    }

    /// <summary>A period of 15 minutes to 13 months, or sometimes one whose boundaries are those of days or months.</summary>
    private static QuotaSubject RandomSubject(Random random, params (Guid User, Guid Key)[] owners)
    {
        var (user, key) = owners[random.Next(owners.Length)];
        var from = random.Next(4) switch
        {
            0 => Start.AddMonths(random.Next(12)),
            1 => Start.AddDays(random.Next(365)),
            _ => Start.AddMinutes(15 * random.Next(365 * 96)),
        };
        var to = random.Next(5) switch
        {
            0 => from.AddMonths(1),
            1 => from.AddMonths(random.Next(1, 14)),
            2 => from.AddDays(random.Next(1, 40)),
            _ => from.AddMinutes(15 * random.Next(1, 60 * 96)),
        };
        return new(user, key, from, to);
    }

    /// <summary>Writes rows of a year and a half, of which many are at boundaries, and a few have no number.</summary>
    private static Task<int> WriteAsync(UsageDatabase database, Guid user, Guid key, int count) => database.RunAsync(
        """
        INSERT INTO usage_logs (user_id, api_key_id, endpoint, provider, tokens_used, cost_usd, status_code, created_at)
        SELECT $1, nullif($2, '00000000-0000-0000-0000-000000000000'::uuid), '/v1/' || n % 3, CASE n % 4 WHEN 0 THEN NULL ELSE 'p' || n % 4 END,
            nullif(n % 100, 0), nullif(n % 50, 0) * 0.001237, 200,
            CASE n % 6 WHEN 0 THEN date_trunc('day', time, 'UTC') WHEN 1 THEN date_trunc('month', time, 'UTC') - interval '1 microsecond'
                WHEN 2 THEN date_bin('15 minutes', time, '2000-01-01Z') ELSE time END
        FROM generate_series(1, $4) AS n, LATERAL (SELECT $3 + random() * interval '500 days' + n * interval '0') AS row (time)
        """,
        user, key, Start.AddDays(-30).UtcDateTime, count);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
