using Cortex.IdentityServer.Features.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>The cost of pages when there are many users.</summary>
public sealed class PagePlanTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PostgreSQL_plans_a_page_a_few_times_and_then_reuses_the_plan(bool byEmail)
    {
        await app.SqlAsync("""
            INSERT INTO users (email, password_hash, subscription_tier, is_active, is_verified, created_at)
            SELECT 'many' || n || '@example.net', '!', (ARRAY['free', 'pro', 'enterprise'])[1 + n % 3], n % 2 = 0, n % 5 < 3, now() - n * interval '1 minute'
            FROM generate_series(1, 30000) AS n
            ON CONFLICT DO NOTHING
            """);
        await app.SqlAsync("ANALYZE users");
        var settings = new NpgsqlConnectionStringBuilder(app.ConnectionString) { MaxPoolSize = 1, MaxAutoPrepare = 10, AutoPrepareMinUsages = 1 };
        await using var database = NpgsqlDataSource.Create(settings.ConnectionString);
        var pages = new UserPages(database);

        UserCursor? after = null;
        for (var page = 0; page < 20; page++)
        {
            var filter = new UserFilter(Email: null, Tier: null, IsActive: null, IsVerified: null, Role: null);
            after = (await pages.PageAsync(filter, new(byEmail, IsDescending: true), after, limit: 50, TestContext.Current.CancellationToken)).Next;
        }

        await using var command = database.CreateCommand("SELECT max(generic_plans) FROM pg_prepared_statements WHERE statement LIKE $1");
        command.Parameters.Add(new() { Value = "%is_end%" });
        Assert.InRange((long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!, 10, 20);
    }
}
