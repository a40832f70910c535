using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>A search by email, sorted by time, with more matches than the server sorts at once.</summary>
public sealed class SearchPagingTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Theory]
    [InlineData("desc")]
    [InlineData("asc")]
    public async Task Pages_may_be_short_but_all_matches_are_found_in_order(string order)
    {
        // Between the 10,500 matches are 12,000 consecutive users who do not match, more than the server examines for one page.
        await app.SqlAsync("""
            INSERT INTO users (email, password_hash, created_at)
            SELECT CASE WHEN n BETWEEN 4000 AND 15999 THEN 'other' ELSE 'match' END || n || '@example.net', '!',
                '2026-01-01Z'::timestamptz + n * interval '1 minute'
            FROM generate_series(1, 22500) AS n
            ON CONFLICT DO NOTHING
            """);
        var admin = (await app.SignUpStaffAsync()).Http;

        var found = await admin.WalkAsync($"email=MATCH&sort=created_at&order={order}&limit=200&is_active=true");

        // Deleting some of the users in between must not change the result.
        var seen = new List<string>();
        string? cursor = null;
        for (var page = 0; page == 0 || cursor is not null; page++)
        {
            var answer = await admin.PageAsync($"email=MATCH&sort=created_at&order={order}&limit=200" + (cursor is null ? "" : "&cursor=" + cursor));
            seen.AddRange(answer.Emails());
            cursor = answer.GetProperty("next_cursor").GetString();
            await app.SqlAsync("DELETE FROM users WHERE email IN (SELECT email FROM users WHERE email LIKE 'other%' LIMIT 50)");
        }

        Assert.Equal(found, seen);
        var expected = Enumerable.Range(1, 22500).Where(n => n is < 4000 or >= 16000).Select(n => $"match{n}@example.net");
        Assert.Equal(order == "asc" ? expected : expected.Reverse(), found);
    }
}
