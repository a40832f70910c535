using System.Net;
using Cortex.IdentityServer.Tests.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <remarks>A revoked key is deleted after 35 days if no usage refers to it, and otherwise stays, so that old usage keeps the key's name.</remarks>
public sealed class UnusedKeyTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/api-keys/";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Revoked_keys_without_usage_are_deleted_35_days_later_and_others_stay()
    {
        var (user, _, http) = await app.QuickSignUpAsync();
        var (unused, logged, folded, late, live) =
            (await NewAsync(http), await NewAsync(http), await NewAsync(http), await NewAsync(http), await NewAsync(http));
        var service = await app.NewReporterAsync("usage:write");
        await app.SqlAsync("INSERT INTO usage_logs (user_id, api_key_id, endpoint) VALUES ($1, $2, '/chat')", user.Id, logged);
        await app.SqlAsync("INSERT INTO usage_months SELECT $1, '2025-01-01', $2, 1, 0, 0, 0, 0", user.Id, folded);
        foreach (var id in new[] { unused, logged, folded, late })
        {
            await (await http.RemoveAsync(Route + id)).ShouldBeAsync(HttpStatusCode.NoContent);
        }

        await RunAsync(TimeSpan.FromDays(35) - TimeSpan.FromHours(1));
        Assert.Equal([unused, logged, folded, late, live], await KeysAsync(user.Id, unused, logged, folded, late, live));

        // The first usage of a key may be reported as long as usage of the time before its revocation can be. This one is half an hour older.
        var used = app.Clock.GetUtcNow() - TimeSpan.FromDays(35) + TimeSpan.FromMinutes(30);
        Assert.Equal((1, 0), await service.Key.ReportAsync(new { api_key_id = late, endpoint = "/chat", created_at = used.Iso() }));
        await RunAsync(TimeSpan.FromHours(2));
        Assert.Equal([logged, folded, late, live], await KeysAsync(user.Id, unused, logged, folded, late, live));

        // Usage whose rows have been deleted for their age is still in the sums, and so keeps the key.
        await app.SqlAsync("DELETE FROM usage_logs WHERE user_id = $1", user.Id);
        await RunAsync(TimeSpan.FromHours(2));
        Assert.Equal([logged, folded, late, live], await KeysAsync(user.Id, unused, logged, folded, late, live));
    }

    [Fact]
    public async Task A_key_that_another_table_references_stays_and_does_not_keep_the_others()
    {
        await app.SqlAsync("CREATE TABLE plans (api_key_id uuid REFERENCES api_keys DEFERRABLE INITIALLY DEFERRED)");
        var (user, _, http) = await app.QuickSignUpAsync();
        var ids = new List<Guid>();
        for (var number = 0; number < 5; number++)
        {
            ids.Add(await NewAsync(http));
            await (await http.RemoveAsync(Route + ids[^1])).ShouldBeAsync(HttpStatusCode.NoContent);
        }

        await app.SqlAsync("INSERT INTO plans VALUES ($1)", ids[2]);

        await RunAsync(TimeSpan.FromDays(35) + TimeSpan.FromHours(1));

        Assert.Equal([ids[2]], await KeysAsync(user.Id, [.. ids]));
        await app.SqlAsync("DROP TABLE plans");
        await RunAsync(TimeSpan.FromHours(1));
        Assert.Empty(await KeysAsync(user.Id, [.. ids]));
    }

    [Fact]
    public async Task Thousands_are_deleted_in_batches()
    {
        var user = await app.QuickUserAsync();
        await app.SqlAsync(
            "INSERT INTO api_keys (user_id, key_hash, revoked_at) SELECT $1, gen_random_uuid()::text, $2 FROM generate_series(1, 2500)", user.Id,
            app.Clock.GetUtcNow() - TimeSpan.FromDays(36));
        await app.SqlAsync(
            "INSERT INTO usage_logs (user_id, api_key_id, endpoint) SELECT $1, id, '/chat' FROM api_keys WHERE user_id = $1 ORDER BY id LIMIT 1200", user.Id);

        await RunAsync(TimeSpan.FromHours(1));

        Assert.Equal(1200L, await app.SqlAsync("SELECT count(*) FROM api_keys WHERE user_id = $1", user.Id));
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM usage_logs WHERE user_id = $1 AND api_key_id IS NULL", user.Id));
    }

    /// <summary>Advances the clock and waits until the hourly job has deleted a key that was revoked long ago and has the greatest id.</summary>
    private async Task RunAsync(TimeSpan time)
    {
        var marker = Guid.Parse($"ffffffff-ffff-4fff-8fff-{Random.Shared.NextInt64(1L << 48):x12}");
        var owner = await app.QuickUserAsync();
        await app.SqlAsync("INSERT INTO api_keys (id, user_id, key_hash, revoked_at) VALUES ($1, $2, $1::text, '2020-01-01')", marker, owner.Id);
        app.Clock.Advance(time);
        await Poll.UntilAsync(
            Timeout, "the hourly job", async () => await app.SqlAsync("SELECT count(*) FROM api_keys WHERE id = $1", marker) is 0L);
    }

    private static async Task<Guid> NewAsync(HttpClient http) => (await CortexApp.GenerateKeyAsync(http)).Id;

    /// <summary>Returns which of the keys are still in the database.</summary>
    private async Task<IEnumerable<Guid>> KeysAsync(Guid user, params Guid[] keys)
    {
        var found = (Guid[])(await app.SqlAsync("SELECT array_agg(id) FROM api_keys WHERE user_id = $1 HAVING count(*) > 0", user) ?? Array.Empty<Guid>());
        return keys.Where(found.Contains);
    }
}
