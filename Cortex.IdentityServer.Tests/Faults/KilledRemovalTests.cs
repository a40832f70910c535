using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <remarks>An account whose usage is removed in batches is neither left half deleted by a crash nor visible in the meantime (decision 0025).</remarks>
[Collection(FaultTests.Name)]
public sealed class KilledRemovalTests(TwoServers servers) : IAsyncLifetime
{
    private const int Rows = 60_000;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public ValueTask InitializeAsync() => servers.RestoreAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_removal_of_a_server_that_is_killed_is_continued_after_a_restart()
    {
        await using var server = await servers.StartAsync(servers.Postgres.ConnectionString);
        var person = await server.SignUpAsync();
        var (key, _) = await server.NewKeyAsync(person);
        await SqlAsync(
            "INSERT INTO usage_logs (user_id, api_key_id, endpoint, created_at) SELECT $1, $2, '/chat', now() - number * interval '1 second' "
                + $"FROM generate_series(1, {Rows}) AS number", person.Id, key);
        await SlowDownAsync();
        try
        {
            var deletion = await server.SendAsync(HttpMethod.Delete, "me", person.Token, new { password = Replica.Password });
            await deletion.ShouldBeAsync(HttpStatusCode.NoContent);
            await Poll.UntilAsync(Timeout, "a part of the rows is gone", async () => await CountAsync(person.Id) < Rows);
            await server.Process.KillAsync();

            var left = await CountAsync(person.Id);
            Assert.InRange(left, 1, Rows - 1);
            Assert.Equal(0, left % 5_000);
            Assert.Equal(1L, await SqlAsync("SELECT count(*) FROM users WHERE id = $1 AND deleted_at IS NOT NULL", person.Id));
            await (await servers.B.LogInAsync(person.Email)).ShouldBeProblemAsync(401, "invalid_credentials");
        }
        finally
        {
            await SqlAsync("DROP TRIGGER slow ON usage_logs");
            await SqlAsync("DROP FUNCTION slow");
        }

        await using var next = await servers.StartAsync(servers.Postgres.ConnectionString);
        await Poll.UntilAsync(
            Timeout, "the account is gone", async () => await SqlAsync("SELECT count(*) FROM users WHERE id = $1", person.Id) is 0L);
        Assert.Equal(0, await CountAsync(person.Id));
        Assert.Equal(0L, await SqlAsync(
            "SELECT (SELECT count(*) FROM api_keys WHERE user_id = $1) + (SELECT count(*) FROM usage_deltas WHERE user_id = $1) "
                + "+ (SELECT count(*) FROM usage_quarters WHERE user_id = $1) + (SELECT count(*) FROM usage_months WHERE user_id = $1)", person.Id));
    }

    /// <summary>Makes each batch take a while, so that the server is killed between two of them.</summary>
    private async Task SlowDownAsync()
    {
        await SqlAsync("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$");
        await SqlAsync("CREATE TRIGGER slow AFTER DELETE ON usage_logs FOR EACH STATEMENT EXECUTE FUNCTION slow()");
    }

    private async Task<long> CountAsync(Guid user) => (long)(await SqlAsync("SELECT count(*) FROM usage_logs WHERE user_id = $1", user))!;

    private Task<object?> SqlAsync(string sql, params object[] parameters) => servers.Postgres.SqlAsync(sql, parameters);
}
