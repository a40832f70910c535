using System.Net;
using Cortex.IdentityServer.Tests.Admin;
using Cortex.IdentityServer.Tests.Admin.Import;
using Cortex.IdentityServer.Tests.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <remarks>
/// A deleted account is gone for everybody when the response arrives, although the rows of its usage aren't yet (decision 0025). These tests keep the job that
/// removes them from running.
/// </remarks>
public sealed class TombstoneTests(SharedStaffApp app) : IClassFixture<SharedStaffApp>
{
    private const string Auth = "/api/v1/auth/";
    private const string Me = Auth + "me";

    [Fact]
    public async Task Its_owner_is_refused_everywhere_at_once_on_all_replicas()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        var (id, key) = await CortexApp.GenerateKeyAsync(http);
        await app.AddUsageAsync(user.Id, id);
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        second.DefaultRequestHeaders.Add("X-API-Key", key);
        await (await second.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await using var pause = await app.PauseRemovalAsync();

        await (await http.DeleteMeAsync(user)).ShouldBeAsync(HttpStatusCode.NoContent);

        await http.ShouldBeRefusedAsync();
        await (await app.WithKey(key).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
        await (await second.FetchUntilStatusAsync(Me, HttpStatusCode.Unauthorized)).ShouldBeProblemAsync(401, "invalid_api_key");
        await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken }))
            .ShouldBeProblemAsync(401, "invalid_refresh_token");
        await (await app.Anonymous().PostAsync(Auth + "login", new { email = user.Email, password = user.Password }))
            .ShouldBeProblemAsync(401, "invalid_credentials");
        await (await http.DeleteMeAsync(user)).ShouldBeProblemAsync(401, "session_revoked");
        var admin = await app.AdminAsync();
        foreach (var token in new[] { tokens.AccessToken, key })
        {
            var inspected = await (await admin.Http.PostAsync(Auth + "introspect", new { token })).JsonAsync(HttpStatusCode.OK);
            Assert.Equal("""{"active":false}""", inspected.GetRawText());
        }

        Assert.Equal(
            ["api_keys"], (await app.TablesOfAsync(user.Id)).Split(' ').Where(table => !table.StartsWith("usage_", StringComparison.Ordinal)));
        Assert.Equal(
            (long)LargeAccounts.Rows, await app.SqlAsync("SELECT count(*) FROM usage_logs WHERE user_id = $1 AND endpoint LIKE '/chat/%'", user.Id));
    }

    [Fact]
    public async Task Staff_cannot_find_or_change_it()
    {
        var admin = await app.AdminAsync();
        var (user, _) = await BuriedAsync();
        await using var pause = await app.PauseRemovalAsync();
        var lists = new[] { "", "?is_active=false", "?sort=email", "?email=deleted", $"?email={user.Email}", "?email=d&sort=email", "?role=support" };

        foreach (var list in lists)
        {
            var page = await (await admin.Http.FetchAsync(Administrators.Users + list + (list.Length == 0 ? "?" : "&") + "limit=200")).TextAsync();
            Assert.DoesNotContain(user.Id.ToString(), page, StringComparison.Ordinal);
            Assert.DoesNotContain("deleted.invalid", page, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(
            user.Id.ToString(), await (await admin.Http.FetchAsync(Administrators.Users + "/export")).TextAsync(), StringComparison.Ordinal);
        foreach (var path in new[] { "", "/api-keys", "/usage" })
        {
            await (await admin.Http.FetchAsync(StaffSteps.PathOf(user.Id, path))).ShouldBeProblemAsync(404, "not_found");
        }

        await (await admin.Http.UpdateUserAsync(user.Id, new { is_active = true })).ShouldBeProblemAsync(404, "not_found");
        await (await admin.Http.UpdateUserAsync(user.Id, new { roles = new[] { "admin" } })).ShouldBeProblemAsync(404, "not_found");
        await (await admin.Http.DeleteUserAsync(user.Id)).ShouldBeProblemAsync(404, "not_found");
        foreach (var help in new[] { "unlock", "reset-2fa", "revoke-sessions", "send-password-reset" })
        {
            await (await admin.Http.HelpAsync(user.Id, help)).ShouldBeProblemAsync(404, "not_found");
        }
    }

    [Fact]
    public async Task Its_usage_is_in_no_report_of_all_users()
    {
        var admin = await app.AdminAsync();
        await using var pause = await app.PauseRemovalAsync();
        var before = await TotalsAsync(admin.Http);
        var (user, _, http) = await app.SignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);
        await app.AddUsageAsync(user.Id, id);
        Assert.NotEqual(before, await TotalsAsync(admin.Http));

        await (await http.DeleteMeAsync(user)).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(before, await TotalsAsync(admin.Http));
        var byUser = await (await admin.Http.FetchAsync("/api/v1/admin/usage?group_by=user")).TextAsync();
        Assert.DoesNotContain(user.Id.ToString(), byUser, StringComparison.Ordinal);
        Assert.DoesNotContain("deleted.invalid", byUser, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_email_can_be_registered_and_imported_at_once()
    {
        var (first, _) = await BuriedAsync();
        var (second, _) = await BuriedAsync();
        var admin = await app.AdminAsync();

        var again = await app.RegisterAsync(first.Email);
        var imported = await admin.Http.ImportAsync(ImportSteps.Line(second.Email));

        Assert.NotEqual(first.Id, again.Id);
        Assert.Single(imported.Created);
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(first.Email, first.Password));
    }

    /// <remarks>The password reset of a new owner of the address must not reach the old account.</remarks>
    [Fact]
    public async Task Nothing_is_emailed_to_it_and_nothing_revives_it()
    {
        var (user, _) = await BuriedAsync();
        var placeholder = (string)(await app.SqlAsync("SELECT email FROM users WHERE id = $1", user.Id))!;
        await app.WaitForEmailsAsync();
        var emails = (await app.Mailbox.ForAsync(user.Email)).Count;

        foreach (var email in new[] { user.Email, placeholder })
        {
            await (await app.RequestPasswordResetAsync(email)).ShouldBeAsync(HttpStatusCode.Accepted);
            await (await app.Anonymous().PostAsync(Auth + "verify-email/resend", new { email })).ShouldBeAsync(HttpStatusCode.Accepted);
        }

        await app.SqlAsync(
            "UPDATE users SET is_active = true, password_hash = (SELECT max(password_hash) FROM users WHERE password_hash LIKE '$2%') WHERE id = $1", user.Id);
        await (await app.Anonymous().PostAsync(Auth + "login", new { email = placeholder, password = user.Password }))
            .ShouldBeProblemAsync(401, "invalid_credentials");
        await (await app.Anonymous().PostAsync(Auth + "register", new { email = placeholder, password = user.Password }))
            .ShouldBeProblemAsync(400, "validation_failed");
        await app.WaitForEmailsAsync();
        Assert.Equal(emails, (await app.Mailbox.ForAsync(user.Email)).Count);
        Assert.Empty(await app.Mailbox.ForAsync(placeholder));
    }

    [Fact]
    public async Task Nothing_in_it_or_in_the_audit_log_identifies_the_person()
    {
        var (user, _) = await BuriedAsync();
        await app.WaitForEmailsAsync();

        Assert.DoesNotContain(user.Email, await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(
            $"deleted:{user.Id}@deleted.invalid ! free false false false",
            await app.SqlAsync(
                "SELECT concat_ws(' ', email, password_hash, subscription_tier, is_active::text, is_verified::text, two_factor_enabled::text, api_key, quota, "
                    + "two_factor_secret) FROM users WHERE id = $1", user.Id));
        Assert.Equal(0L, await app.SqlAsync(
            "SELECT count(*) FROM audit_events WHERE user_id = $1 AND (ip IS NOT NULL OR user_agent IS NOT NULL OR details IS NOT NULL)", user.Id));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1 AND action = 'user.deleted'", user.Id));
        Assert.Equal("deleted", await app.SqlAsync("SELECT concat_ws(' ', name, prefix) FROM api_keys WHERE user_id = $1", user.Id));
        Assert.Single(await app.Mailbox.ForAsync(user.Email, "account_deleted"));
    }

    [Fact]
    public async Task Services_cannot_report_usage_for_its_keys_but_for_a_revoked_key_they_can()
    {
        var service = await app.NewReporterAsync("usage:write");
        var (user, _) = await BuriedAsync();
        var buried = (Guid)(await app.SqlAsync("SELECT id FROM api_keys WHERE user_id = $1", user.Id))!;
        var (other, _, http) = await app.SignUpAsync();
        var (revoked, _) = await CortexApp.GenerateKeyAsync(http);
        await (await http.RemoveAsync($"{Auth}api-keys/{revoked}")).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await service.Key.PostAsync(UsageSteps.Route, new { endpoint = "/late", api_key_id = buried })).ShouldBeProblemAsync(400, "validation_failed");
        Assert.Equal((1, 0), await service.Key.ReportAsync(new { endpoint = "/late", api_key_id = revoked }));

        Assert.Equal(revoked, await app.SqlAsync("SELECT api_key_id FROM usage_logs WHERE user_id = $1", other.Id));
    }

    [Fact]
    public async Task The_statistics_count_it_out_once()
    {
        var staff = await app.SupportAsync();
        await using var pause = await app.PauseRemovalAsync();
        var before = await staff.Http.StatisticsAsync();

        await BuriedAsync(paused: true);

        Assert.Equal(before.Number("users"), (await staff.Http.StatisticsAsync()).Number("users"));
        await app.ShouldHaveExactStatisticsAsync(staff.Http);
        await pause.DisposeAsync();
        await app.WaitForRemovalAsync();
        Assert.Equal(before.Number("users"), (await staff.Http.StatisticsAsync()).Number("users"));
        await app.ShouldHaveExactStatisticsAsync(staff.Http);
    }

    private static async Task<string> TotalsAsync(HttpClient staff) =>
        (await (await staff.FetchAsync("/api/v1/admin/usage")).JsonAsync(HttpStatusCode.OK)).GetProperty("totals").GetRawText();

    /// <summary>Creates an account with much usage and deletes it while the job that would remove it is paused.</summary>
    private async Task<(TestUser User, HttpClient Http)> BuriedAsync(bool paused = false)
    {
        var (user, _, http) = await app.SignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);
        await app.AddUsageAsync(user.Id, id);
        await using var pause = paused ? null : await app.PauseRemovalAsync();
        await (await http.DeleteMeAsync(user)).ShouldBeAsync(HttpStatusCode.NoContent);

        // The job finds that another replica is at work, and doesn't look again within the minute that a test takes.
        await Task.Delay(100, TestContext.Current.CancellationToken);
        return (user, http);
    }
}
