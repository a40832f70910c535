using Cortex.IdentityServer.Features.Usage.Sums;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage.Sums;

/// <summary>Paths with ids in them don't fill the tables of sums, and large endpoints are still listed by name.</summary>
public sealed class NameLimitTests(PostgresCluster cluster)
{
    private const string Endpoints = "SELECT count(DISTINCT endpoint) FROM usage_";

    [Fact]
    public async Task Ten_thousand_paths_leave_the_large_ones_by_name_and_exact_totals()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var (user, other) = (await database.AddUserAsync(), await database.AddUserAsync());
        await database.RunAsync("INSERT INTO usage_logs (user_id, endpoint, cost_usd) SELECT $1, '/v1/search', 0.000007 FROM generate_series(1, 500)", user);
        await database.RunAsync("INSERT INTO usage_logs (user_id, endpoint, cost_usd) VALUES ($1, 'adjustment', -1.000001)", user);
        for (var batch = 0; batch < 10; batch++)
        {
            await WritePathsAsync(database, user, batch * 1_000, 1_000);
            await database.RunAsync(
                "INSERT INTO usage_logs (user_id, endpoint, status_code) SELECT $1, '/v1/embed', 200 FROM generate_series(1, 30)", user);
            await WritePathsAsync(database, other, 0, 100);
            await database.FoldAsync();
            await database.ShouldBeExactAsync(isByName: false);
        }

        Assert.InRange(await CountAsync(database, user, "quarters"), 100, (2 * NameKind.Endpoint.Limit) + 2);
        Assert.InRange(await CountAsync(database, user, "days"), 100, (2 * NameKind.Endpoint.Limit) + 2);
        Assert.InRange(
            await database.ReadAsync<long>("SELECT count(*) FROM usage_names WHERE user_id = $1 AND kind = 'e'", user), 100, 2 * NameKind.Endpoint.Limit);
        foreach (var (endpoint, requests) in new[] { ("/v1/search", 500L), ("/v1/embed", 300L), ("adjustment", 1L) })
        {
            Assert.Equal(requests, await RequestsAsync(database, user, "days", endpoint));
            Assert.Equal(requests, await RequestsAsync(database, user, "quarters", endpoint));
        }

        Assert.Equal(10_801L, await database.ReadAsync<long>("SELECT sum(requests)::bigint FROM usage_quarters WHERE user_id = $1", user));
        Assert.Equal(
            await database.ReadAsync<decimal>("SELECT sum(cost_usd) FROM usage_logs WHERE user_id = $1", user),
            await database.ReadAsync<decimal>("SELECT sum(cost_micros) / 1000000 FROM usage_days WHERE user_id = $1", user));

        // Each user and month has a limit of its own.
        Assert.Equal(100L, await CountAsync(database, other, "days"));
        Assert.Equal(0L, await RequestsAsync(database, other, "days", NameKind.Other));
    }

    [Fact]
    public async Task Of_more_names_than_the_limit_in_one_batch_the_largest_are_kept()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        await WritePathsAsync(database, user, 0, 15_000);
        await database.RunAsync("INSERT INTO usage_logs (user_id, endpoint) SELECT $1, '/large' FROM generate_series(1, 2)", user);

        await database.FoldAsync();

        Assert.Equal(NameKind.Endpoint.Limit + 1L, await database.ReadAsync<long>($"{Endpoints}days"));
        Assert.Equal(2L, await RequestsAsync(database, user, "days", "/large"));
        Assert.Equal(15_002L - 2 - (NameKind.Endpoint.Limit - 1), await RequestsAsync(database, user, "quarters", NameKind.Other));
        await database.ShouldBeExactAsync(isByName: false);
    }

    [Fact]
    public async Task An_endpoint_that_grows_after_the_list_was_full_is_listed_too()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        for (var batch = 0; batch < 3; batch++)
        {
            await WritePathsAsync(database, user, batch * 2_000, 2_000);
            await database.FoldAsync();
        }

        for (var batch = 3; batch < 6; batch++)
        {
            await database.RunAsync("INSERT INTO usage_logs (user_id, endpoint) SELECT $1, '/new' FROM generate_series(1, 50)", user);
            await WritePathsAsync(database, user, batch * 2_000, 2_000);
            await database.FoldAsync();
        }

        Assert.Equal(150L, await RequestsAsync(database, user, "days", "/new"));
        await database.ShouldBeExactAsync(isByName: false);
    }

    [Fact]
    public async Task Providers_have_a_limit_too_and_rows_without_one_keep_their_name()
    {
        await using var database = await UsageDatabase.CreateAsync(cluster);
        var user = await database.AddUserAsync();
        for (var batch = 0; batch < 5; batch++)
        {
            await database.RunAsync(
                """
                INSERT INTO usage_logs (user_id, endpoint, provider, status_code)
                SELECT $1, '/a', provider, CASE i % 2 WHEN 0 THEN 200 ELSE 500 END
                FROM generate_series(1, 150) AS i, LATERAL (VALUES ('p' || $2 || '-' || i), ('openai'), (NULL)) AS providers (provider)
                """,
                user,
                batch);
            await database.FoldAsync();
        }

        Assert.InRange(await database.ReadAsync<long>("SELECT count(DISTINCT provider) FROM usage_days"), 100, (2 * NameKind.Provider.Limit) + 2);
        Assert.Equal(750L, await database.ReadAsync<long>("SELECT sum(requests)::bigint FROM usage_quarters WHERE provider = 'openai'"));
        Assert.Equal(750L, await database.ReadAsync<long>("SELECT sum(requests)::bigint FROM usage_days WHERE provider = ''"));
        Assert.True(await database.ReadAsync<long>("SELECT sum(requests)::bigint FROM usage_days WHERE provider = 'other'") > 300);
        await database.ShouldBeExactAsync(isByName: false);
    }

    private static Task<int> WritePathsAsync(UsageDatabase database, Guid user, int first, int count) => database.RunAsync(
        """
        INSERT INTO usage_logs (user_id, endpoint, tokens_used, cost_usd) SELECT $1, '/items/' || i, i, i / 1000000.0 FROM generate_series($2, $2 + $3 - 1) AS i
        """,
        user,
        first,
        count);

    /// <summary>Counts the rows of one quarter-hour or day; a test that begins just before midnight has two.</summary>
    private static Task<long> CountAsync(UsageDatabase database, Guid user, string table) => database.ReadAsync<long>(
        $"{Endpoints}{table} WHERE user_id = $1", user);

    private static Task<long> RequestsAsync(UsageDatabase database, Guid user, string table, string endpoint) => database.ReadAsync<long>(
        $"SELECT coalesce(sum(requests), 0)::bigint FROM usage_{table} WHERE user_id = $1 AND endpoint = $2", user, endpoint);
}
