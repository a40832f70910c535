using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>Another program may have created hundreds of tiers.</summary>
public sealed class ManyTiersTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task With_hundreds_of_tiers_the_pages_contain_every_user_once_and_in_order()
    {
        await app.SqlAsync("""
            INSERT INTO users (email, password_hash, subscription_tier, is_verified, created_at)
            SELECT 'tiered' || lpad(n::text, 4, '0') || '@example.net', '!', 'tier ' || n % 400, n % 2 = 0, '2026-01-01Z'::timestamptz + n * interval '1 minute'
            FROM generate_series(0, 1999) AS n
            """);
        var admin = (await app.SignUpStaffAsync()).Http;
        var all = Enumerable.Range(0, 2000).Select(n => $"tiered{n:D4}@example.net").ToList();

        Assert.Equal(all, await admin.WalkAsync("email=tiered&limit=200"));
        Assert.Equal(all.AsEnumerable().Reverse(), (await admin.WalkAsync("limit=200")).Where(email => email.StartsWith("tiered", StringComparison.Ordinal)));
        Assert.Equal(all.Where((_, n) => n % 2 == 0), await admin.WalkAsync("email=tiered&is_verified=true&sort=created_at&order=asc&limit=200"));
    }
}
