using System.Net;
using Cortex.IdentityServer.Tests.Admin.Import;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>What support staff can't do, and what staff can't do once they have lost their role.</summary>
public sealed class SupportLimitTests(CortexApp app) : IClassFixture<CortexApp>
{
    public static TheoryData<string> HelpActions => ["unlock", "reset-2fa", "revoke-sessions", "send-password-reset"];

    [Theory]
    [MemberData(nameof(HelpActions))]
    public async Task Support_cannot_act_on_an_administrator(string what)
    {
        var (_, http) = await app.QuickStaffAsync("support");
        var admin = await app.SignUpStaffAsync();
        var row = await app.SqlAsync("SELECT users::text || xmin FROM users WHERE id = $1", admin.User.Id);

        var problem = await (await http.HelpAsync(admin.User.Id, what)).ShouldBeProblemAsync(403, "forbidden");

        Assert.Contains("administrator", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await (await admin.Http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(row, await app.SqlAsync("SELECT users::text || xmin FROM users WHERE id = $1", admin.User.Id));
        await (await http.FetchAsync(StaffSteps.PathOf(admin.User.Id))).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Support_cannot_change_or_delete_users()
    {
        var (_, http) = await app.QuickStaffAsync("support");
        var (user, _, userHttp) = await app.QuickSignUpAsync();
        var (key, _) = await CortexApp.GenerateKeyAsync(userHttp);

        await (await http.UpdateUserAsync(user.Id, new { subscription_tier = "pro" })).ShouldBeProblemAsync(403, "forbidden");
        await (await http.DeleteUserAsync(user.Id)).ShouldBeProblemAsync(403, "forbidden");
        await (await http.RemoveAsync(StaffSteps.PathOf(user.Id, $"/api-keys/{key}"))).ShouldBeProblemAsync(403, "forbidden");

        Assert.Equal(
            1L,
            await app.SqlAsync("SELECT count(*) FROM users JOIN api_keys ON user_id = users.id WHERE users.id = $1 AND subscription_tier = 'free'", user.Id));
    }

    [Theory]
    [MemberData(nameof(HelpActions))]
    public async Task Support_cannot_act_on_a_user_whose_promotion_is_about_to_commit(string what)
    {
        var (_, http) = await app.QuickStaffAsync("support");
        var person = await app.SignUpWithTwoFactorAsync();

        var answer = await SendDuringTransactionAsync(
            person.User.Id, "INSERT INTO user_roles (user_id, role_id) SELECT $1, id FROM roles WHERE name = 'admin'",
            () => http.HelpAsync(person.User.Id, what));

        await answer.ShouldBeProblemAsync(403, "forbidden");
        await (await person.Http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>Another transaction has locked the administrator's account, and revokes the permission while the request waits for that lock.</remarks>
    [Theory]
    [InlineData("DELETE FROM user_roles WHERE user_id = $1", 403, "forbidden")]
    [InlineData("UPDATE users SET is_active = false WHERE id = $1", 401, "account_disabled")]
    [InlineData("UPDATE sessions SET ended_at = now() WHERE user_id = $1", 401, "session_revoked")]
    public async Task An_administrator_who_loses_permission_during_a_request_changes_nothing(string loss, int status, string code)
    {
        var user = await app.QuickUserAsync();
        Func<HttpClient, Task<HttpResponseMessage>>[] actions =
        [
            http => http.UpdateUserAsync(user.Id, new { subscription_tier = "pro" }),
            http => http.PostAsync(Administrators.Users, new { email = "late@example.com" }),
            http => http.HelpAsync(user.Id, "send-password-reset"),
            http => http.SendLinesAsync(ImportSteps.Line("late-line@example.com")),
        ];
        foreach (var action in actions)
        {
            var (admin, http) = await app.QuickStaffAsync();
            await (await SendDuringTransactionAsync(admin.Id, loss, () => action(http))).ShouldBeProblemAsync(status, code);
        }

        await app.WaitForEmailsAsync();
        Assert.Equal("free", await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", user.Id));
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users WHERE email LIKE 'late%'"));
        Assert.Empty(await app.Mailbox.ForAsync(user.Email, "reset_password"));
    }

    /// <remarks>The request body may be missing or an empty object.</remarks>
    [Theory]
    [MemberData(nameof(HelpActions))]
    public async Task A_body_with_any_field_is_refused(string what)
    {
        var (_, http) = await app.QuickStaffAsync("support");
        var person = await app.SignUpWithTwoFactorAsync();
        var path = StaffSteps.PathOf(person.User.Id, "/" + what);

        await (await http.PostTextAsync(path, """{"password":"a new horse, a new battery"}""")).ShouldBeProblemAsync(400, "unknown_field");
        Assert.True((await http.PostAsync(path, new { })).IsSuccessStatusCode);
        await (await http.HelpAsync(Guid.NewGuid(), what)).ShouldBeProblemAsync(404, "not_found");
    }

    private Task<HttpResponseMessage> SendDuringTransactionAsync(Guid account, string change, Func<Task<HttpResponseMessage>> request) =>
        app.CommitDuringAsync(["SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE", change], account, request);
}
