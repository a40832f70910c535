using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Audit;

/// <summary>Recorded events never change, and an event exists exactly if its action took effect.</summary>
/// <remarks>An intruder must not be able to cover their tracks (OWASP ASVS 16.4.2).</remarks>
public sealed class AppendOnlyTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";

    [Theory]
    [InlineData("UPDATE {0} SET outcome = 'success'")]
    [InlineData("UPDATE {0} SET user_id = gen_random_uuid()")]
    [InlineData("UPDATE {0} SET ip = NULL, user_agent = NULL, details = NULL")]
    [InlineData("DELETE FROM {0}")]
    [InlineData("TRUNCATE {0}")]
    public async Task No_statement_can_change_or_remove_an_event(string statement)
    {
        var user = await app.RegisterAsync();

        // No other test adds an event to the default partition.
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

    /// <remarks>This also holds if another program deletes the account. Other users' events keep their data.</remarks>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deleting_an_account_removes_the_personal_data_from_its_events_and_nothing_else(bool byOwner)
    {
        var (user, _, http) = await app.SignUpAsync();
        await CortexApp.GenerateKeyAsync(http);
        var (other, _, otherHttp) = await app.SignUpAsync();
        await CortexApp.GenerateKeyAsync(otherHttp);
        const string Personal = "SELECT count(*) FROM audit_events WHERE user_id = $1 AND (ip IS NOT NULL OR user_agent IS NOT NULL OR details IS NOT NULL)";
        var events = (long)(await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1", user.Id))!;
        Assert.Equal(3, events);
        Assert.NotEqual(0L, await app.SqlAsync(Personal, user.Id));

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
        Assert.Equal(0L, await app.SqlAsync(Personal, user.Id));
        Assert.NotEqual(0L, await app.SqlAsync(Personal, other.Id));

        // The trigger allows no other change to these events.
        foreach (var change in new[]
        {
            "action = 'other'", "ip = '192.0.2.1'", "actor_id = NULL", "request_id = NULL", "occurred_at = occurred_at - interval '1 second'",
        })
        {
            await Assert.ThrowsAsync<PostgresException>(() => app.SqlAsync($"UPDATE audit_events SET {change} WHERE user_id = $1", user.Id));
        }
    }

    [Fact]
    public async Task A_refused_action_leaves_no_event_of_success()
    {
        await app.SqlAsync("DELETE FROM user_roles");
        var (owner, _, _) = await app.SignUpAsync();
        var (user, _, http) = await app.SignUpAdminAsync();
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

    /// <remarks>A change is written together with its event and its email or not at all.</remarks>
    [Theory]
    [InlineData("audit_events", "action <> 'password.changed'")]
    [InlineData("outbox_mails", "kind <> 'password_changed'")]
    public async Task A_change_whose_event_or_notice_cannot_be_written_is_rolled_back(string table, string rule)
    {
        var (user, tokens, http) = await app.SignUpAsync();
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
