using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <remarks>An attacker who takes over a server has its role's documented privileges, and can call its functions with any arguments.</remarks>
public sealed class ServingRoleTests(PostgresCluster cluster)
{
    private const string Events = """
        INSERT INTO audit_events (id, occurred_at, action, outcome, user_agent)
        SELECT gen_random_uuid(), at, 'login.succeeded', 'success', of FROM (VALUES
            (now(), 'now'), (now() - interval '23 hours', 'yesterday'), (now() - interval '13 months', 'old')) AS events (at, of)
        """;

    private const string Kept = "SELECT string_agg(user_agent, ' ' ORDER BY occurred_at) FROM audit_events";

    [Theory]
    [InlineData("'infinity'")]
    [InlineData("now() + interval '1 hour'")]
    [InlineData("'9999-12-31'")]
    public async Task The_role_cannot_drop_the_events_of_today_and_yesterday_whatever_date_it_passes(string oldest)
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, Events);
        var app = await database.AddServingRoleAsync();

        await PythonDatabase.SqlAsync<object>(app, $"SELECT cortex_keep_audit_events(now(), {oldest})");

        Assert.Equal("yesterday now", await PythonDatabase.SqlAsync<string>(app, Kept));
    }

    [Fact]
    public async Task Without_an_oldest_date_all_events_are_kept()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, Events);
        var app = await database.AddServingRoleAsync();

        await PythonDatabase.SqlAsync<object>(app, "SELECT cortex_keep_audit_events(now(), NULL)");

        Assert.Equal("old yesterday now", await PythonDatabase.SqlAsync<string>(app, Kept));
    }

    /// <remarks>Even if a server's clock is years off, there has to be a partition for the events of this month.</remarks>
    [Theory]
    [InlineData("'infinity'")]
    [InlineData("'-infinity'")]
    [InlineData("now() + interval '20 years'")]
    [InlineData("now() - interval '20 years'")]
    public async Task The_role_creates_partitions_only_for_this_month_or_the_next_year_and_a_half_whatever_date_it_passes(string at)
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var app = await database.AddServingRoleAsync();

        await PythonDatabase.SqlAsync<object>(app, $"SELECT cortex_keep_audit_events({at}, '-infinity')");

        Assert.True(await PythonDatabase.SqlAsync<bool>(app, """
            SELECT bool_and(to_date(right(inhrelid::regclass::text, 7), 'YYYY_MM')
                BETWEEN date_trunc('month', now() AT TIME ZONE 'UTC') AND now() AT TIME ZONE 'UTC' + interval '18 months')
            FROM pg_inherits WHERE inhparent = 'audit_events'::regclass AND inhrelid <> 'audit_events_default'::regclass
            """));
    }
}
