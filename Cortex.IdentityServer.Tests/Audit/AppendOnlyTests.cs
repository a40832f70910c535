using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Audit;

/// <summary>What was written down stays as it was, and is there exactly if the thing happened.</summary>
/// <remarks>An intruder must not be able to cover tracks (OWASP ASVS 16.4.2).</remarks>
public sealed class AppendOnlyTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";

    [Theory]
    [InlineData("UPDATE {0} SET outcome = 'success'")]
    [InlineData("UPDATE {0} SET user_id = gen_random_uuid()")]
    [InlineData("UPDATE {0} SET ip = NULL, user_agent = NULL, details = NULL")]
    [InlineData("DELETE FROM {0}")]
    [InlineData("TRUNCATE {0}")]
    public async Task No_statement_changes_or_removes_an_event(string statement)
    {
        var user = await app.RegisterAsync();

        // Where nothing else puts one.
        await app.SqlAsync(
            "INSERT INTO audit_events (id, occurred_at, action, outcome, user_id) VALUES (gen_random_uuid(), '1999-12-31', 'test', 'failure', $1)", user.Id);
        var month = $"audit_events_{app.Clock.GetUtcNow():yyyy_MM}";
        Assert.True(await CountAsync(month) > 0);
        Assert.True(await CountAsync("audit_events_default") > 0);
        var before = await app.DumpAsync();

        foreach (var table in new[] { "audit_events", month, "audit_events_default" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => app.SqlAsync(string.Format(null, statement, table)));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }

        Assert.Equal(Lines(before), Lines(await app.DumpAsync()));
    }

    /// <remarks>Also where another program deletes it; of others nothing is forgotten.</remarks>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_an_account_goes_what_tells_of_the_person_and_nothing_else(bool byOwner)
    {
        var (user, _, http) = await app.SignedInAsync();
        await CortexApp.GenerateKeyAsync(http);
        var (other, _, otherHttp) = await app.SignedInAsync();
        await CortexApp.GenerateKeyAsync(otherHttp);
        const string Telling = "SELECT count(*) FROM audit_events WHERE user_id = $1 AND (ip IS NOT NULL OR user_agent IS NOT NULL OR details IS NOT NULL)";
        var events = (long)(await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1", user.Id))!;
        Assert.Equal(3, events);
        Assert.NotEqual(0L, await app.SqlAsync(Telling, user.Id));

        if (byOwner)
        {
            await (await http.SendAsync(
                new(HttpMethod.Delete, Auth + "me") { Content = JsonContent.Create(new { password = user.Password }) }, TestContext.Current.CancellationToken))
                .ShouldBeAsync(HttpStatusCode.NoContent);
        }
        else
        {
            await app.SqlAsync("DELETE FROM users WHERE id = $1", user.Id);
        }

        Assert.Equal(events + (byOwner ? 1 : 0), await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1", user.Id));
        Assert.Equal(0L, await app.SqlAsync(Telling, user.Id));
        Assert.NotEqual(0L, await app.SqlAsync(Telling, other.Id));

        // And the way that this goes is open for nothing else.
        foreach (var change in new[]
        {
            "action = 'other'", "ip = '192.0.2.1'", "actor_id = NULL", "request_id = NULL", "occurred_at = occurred_at - interval '1 second'",
        })
        {
            await Assert.ThrowsAsync<PostgresException>(() => app.SqlAsync($"UPDATE audit_events SET {change} WHERE user_id = $1", user.Id));
        }
    }

    [Fact]
    public async Task What_is_refused_leaves_no_event_of_having_happened()
    {
        await app.SqlAsync("DELETE FROM user_roles");
        var (owner, _, _) = await app.SignedInAsync();
        var (user, _, http) = await app.SignedInAdminAsync();
        var taken = await app.EmailChangeTokenAsync(http, owner.Email);
        await (await app.ConfirmEmailAsync(taken)).ShouldBeProblemAsync(409, "email_taken");
        await (await http.SendAsync(
            new(HttpMethod.Delete, Auth + "me") { Content = JsonContent.Create(new { password = user.Password }) }, TestContext.Current.CancellationToken))
            .ShouldBeProblemAsync(409, "last_admin");
        await app.SqlAsync("INSERT INTO api_keys (user_id, key_hash) SELECT $1, gen_random_uuid()::text FROM generate_series(1, 50)", user.Id);
        await (await http.PostAsync(Auth + "api-keys/generate", new { name = "x" })).ShouldBeProblemAsync(409, "api_key_limit");
        await (await http.RemoveAsync($"{Auth}api-keys/{Guid.NewGuid()}")).ShouldBeAsync(HttpStatusCode.NotFound);

        Assert.Equal(
            0L,
            await app.SqlAsync(
                "SELECT count(*) FROM audit_events WHERE user_id = $1 AND action = ANY ($2)", user.Id,
                new[] { "email.changed", "user.deleted", "api_key.created", "api_key.revoked" }));
    }

    /// <remarks>One without the other can't be: neither a change that nobody hears of nor news of a change that wasn't.</remarks>
    [Theory]
    [InlineData("audit_events", "action <> 'password.changed'")]
    [InlineData("outbox_mails", "kind <> 'password_changed'")]
    public async Task A_change_whose_event_or_notice_can_not_be_written_does_not_happen(string table, string rule)
    {
        var (user, tokens, http) = await app.SignedInAsync();
        var other = await app.LogInAsync(user);
        var change = new { current_password = user.Password, new_password = EmailSteps.NewPassword };
        await app.SqlAsync($"ALTER TABLE {table} ADD CONSTRAINT broken CHECK ({rule}) NOT VALID");
        try
        {
            Assert.Equal(HttpStatusCode.InternalServerError, (await http.PatchAsync(Auth + "me/password", change)).StatusCode);
        }
        finally
        {
            await app.SqlAsync($"ALTER TABLE {table} DROP CONSTRAINT broken");
        }

        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, user.Password));
        await (await app.WithToken(other.AccessToken).FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(
            0L, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1 AND action IN ('password.changed', 'session.ended')", user.Id));
        await app.WaitForEmailsAsync();
        Assert.Empty(await app.Mailbox.ForAsync(user.Email, "password_changed"));
        await (await app.WithToken(tokens.AccessToken).PatchAsync(Auth + "me/password", change)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    private async Task<long> CountAsync(string table) => (long)(await app.SqlAsync($"SELECT count(*) FROM {table}"))!;

    private static IEnumerable<string> Lines(string dump) =>
        dump.Split('\n').Where(line => line.Contains("test", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
