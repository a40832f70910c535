using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <remarks>A deleted user loses access everywhere at once (OWASP ASVS 7.4.2), and the audit log says who deleted the account.</remarks>
public sealed class DeleteUserTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Me = "/api/v1/auth/me";

    [Fact]
    public async Task The_account_its_sessions_and_its_keys_are_gone_everywhere_at_once()
    {
        var (_, http) = await app.QuickStaffAsync();
        var (user, _, userHttp) = await app.QuickSignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(userHttp);
        using var otherReplica = app.StartReplica(out var replica);
        using var _ = replica;
        otherReplica.DefaultRequestHeaders.Add("X-API-Key", key);
        await (await otherReplica.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.DeleteUserAsync(user.Id)).ShouldBeAsync(HttpStatusCode.NoContent);

        await userHttp.ShouldBeRefusedAsync();
        await (await otherReplica.FetchUntilStatusAsync(Me, HttpStatusCode.Unauthorized)).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await http.FetchAsync(StaffSteps.PathOf(user.Id))).ShouldBeProblemAsync(404, "not_found");
        await (await http.DeleteUserAsync(user.Id)).ShouldBeProblemAsync(404, "not_found");
    }

    /// <remarks>The event describes the account and not the person. Earlier events lose their personal data when the account is deleted.</remarks>
    [Fact]
    public async Task The_event_records_the_actor_and_the_accounts_state_and_nothing_identifies_the_person()
    {
        var (admin, http) = await app.QuickStaffAsync();
        var (user, _, _) = await app.QuickSignUpAsync();
        await (await http.UpdateUserAsync(user.Id, new { subscription_tier = "pro", roles = new[] { "support" } })).ShouldBeAsync(HttpStatusCode.OK);
        http.DefaultRequestHeaders.Add("User-Agent", "console/1.0");

        await (await http.DeleteUserAsync(user.Id)).ShouldBeAsync(HttpStatusCode.NoContent);
        await app.WaitForEmailsAsync();

        var (actor, details) = await app.SingleEventAsync("user.deleted", user.Id);
        Assert.Equal(admin.Id, actor);
        details.ShouldShowChange(
            """{"subscription_tier":"pro","is_active":true,"is_verified":false,"roles":["support"]}""",
            """{"subscription_tier":null,"is_active":null,"is_verified":null,"roles":null}""");
        Assert.Equal(
            "127.0.0.1 console/1.0",
            await app.SqlAsync("SELECT host(ip) || ' ' || user_agent FROM audit_events WHERE action = 'user.deleted' AND user_id = $1", user.Id));
        Assert.Equal(0L, await app.SqlAsync(
            "SELECT count(*) FROM audit_events WHERE user_id = $1 AND action <> 'user.deleted' AND (ip IS NOT NULL OR user_agent IS NOT NULL OR details "
                + "IS NOT NULL)", user.Id));
        Assert.DoesNotContain(user.Email, await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(user.Id.ToString(), await app.DumpAsync(except: "audit_events%"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_owner_is_told_who_did_it_but_not_from_where()
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();

        await (await http.DeleteUserAsync(user.Id)).ShouldBeAsync(HttpStatusCode.NoContent);
        await app.WaitForEmailsAsync();

        var mail = Assert.Single(await app.Mailbox.ForAsync(user.Email, "account_deleted"));
        Assert.Contains("An administrator deleted your Cortex Memory account", mail.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain("your password", mail.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", mail.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_administrator_can_delete_their_own_account_and_its_events_lose_the_personal_data()
    {
        await app.QuickStaffAsync();
        var (admin, http) = await app.QuickStaffAsync();

        await (await http.DeleteUserAsync(admin.Id)).ShouldBeAsync(HttpStatusCode.NoContent);

        await http.ShouldBeRefusedAsync();
        Assert.Equal(
            0L,
            await app.SqlAsync(
                "SELECT count(*) FROM audit_events WHERE user_id = $1 AND (ip IS NOT NULL OR user_agent IS NOT NULL OR details IS NOT NULL)", admin.Id));
        Assert.Equal(1L, await app.CountEventsAsync("user.deleted", admin.Id));
    }

    [Fact]
    public async Task Of_sixteen_concurrent_requests_one_deletes_the_account_and_its_email_is_free_again()
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();

        var answers = await Concurrently.StatusesAsync(16, _ => http.DeleteUserAsync(user.Id));

        Assert.Single(answers, HttpStatusCode.NoContent);
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.NotFound));
        Assert.Equal(1L, await app.CountEventsAsync("user.deleted", user.Id));
        await (await http.PostAsync(Administrators.Users, new { email = user.Email })).ShouldBeAsync(HttpStatusCode.Created);
    }
}
