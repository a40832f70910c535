using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <remarks>Only the documented fields can change. A change applies to every credential at once, and is in the audit log.</remarks>
public sealed class UpdateUserTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";

    [Fact]
    public async Task The_given_fields_change_and_the_others_stay()
    {
        var (admin, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();
        var before = await http.EntityTagAsync(user.Id);

        var answer = await http.UpdateUserAsync(user.Id, new { subscription_tier = "enterprise", is_verified = true, roles = new[] { "support", "support" } });

        var updated = await answer.JsonAsync(HttpStatusCode.OK);
        Assert.Equal("enterprise", updated.GetProperty("subscription_tier").GetString());
        Assert.True(updated.GetProperty("is_verified").GetBoolean());
        Assert.True(updated.GetProperty("is_active").GetBoolean());
        Assert.Equal("""["support"]""", updated.GetProperty("roles").GetRawText());
        Assert.Equal(await http.EntityTagAsync(user.Id), answer.Headers.ETag!.ToString());
        Assert.NotEqual(before, answer.Headers.ETag!.ToString());
        var (actor, details) = await app.SingleEventAsync("user.updated", user.Id);
        Assert.Equal(admin.Id, actor);
        details.ShouldShowChange(
            """{"subscription_tier":"free","is_verified":false,"roles":[]}""", """{"subscription_tier":"enterprise","is_verified":true,"roles":["support"]}""");
    }

    [Fact]
    public async Task The_given_roles_replace_the_existing_ones()
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();
        await app.GrantRoleAsync(user.Id, "support");

        var promoted = await (await http.UpdateUserAsync(user.Id, new { roles = new[] { "admin" } })).JsonAsync(HttpStatusCode.OK);
        Assert.Equal("""["admin"]""", promoted.GetProperty("roles").GetRawText());

        var demoted = await (await http.UpdateUserAsync(user.Id, new { roles = Array.Empty<string>() })).JsonAsync(HttpStatusCode.OK);
        Assert.Equal("[]", demoted.GetProperty("roles").GetRawText());
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"subscription_tier":null,"is_active":null,"is_verified":null,"roles":null}""")]
    [InlineData("""{"subscription_tier":"free","is_active":true,"is_verified":false,"roles":["support"]}""")]
    public async Task An_update_that_changes_nothing_records_no_event_and_keeps_the_entity_tag(string body)
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();
        await app.GrantRoleAsync(user.Id, "support");
        await app.SqlAsync("UPDATE users SET subscription_tier = NULL, is_active = NULL, is_verified = NULL, two_factor_enabled = NULL WHERE id = $1", user.Id);
        var tag = await http.EntityTagAsync(user.Id);

        var answer = await http.PatchAsync(
            StaffSteps.PathOf(user.Id), new StringContent(body, null, "application/json"), TestContext.Current.CancellationToken);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(tag, answer.Headers.ETag!.ToString());
        Assert.Equal(tag, await http.EntityTagAsync(user.Id));
        Assert.Equal(0L, await app.CountEventsAsync("user.updated", user.Id));
    }

    [Fact]
    public async Task A_row_that_another_program_filled_with_NULLs_can_be_updated()
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();
        await app.SqlAsync(
            "UPDATE users SET subscription_tier = NULL, is_active = NULL, is_verified = NULL, two_factor_enabled = NULL, security_stamp = NULL WHERE id = $1",
            user.Id);

        await (await http.UpdateUserAsync(user.Id, new { subscription_tier = "pro", roles = new[] { "support" } })).ShouldBeAsync(HttpStatusCode.OK);

        Assert.Equal(
            true, await app.SqlAsync("SELECT subscription_tier = 'pro' AND is_active IS NULL AND is_verified IS NULL FROM users WHERE id = $1", user.Id));
        await app.LogInAsync(user);
    }

    /// <remarks>Sessions and API keys are refused from the next request on (OWASP ASVS 7.4.2).</remarks>
    [Fact]
    public async Task A_disabled_user_is_refused_with_every_credential()
    {
        var (admin, http) = await app.QuickStaffAsync();
        var (user, tokens, userHttp) = await app.QuickSignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(userHttp);
        var reset = await app.ResetTokenAsync(user.Email);
        await (await userHttp.FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.UpdateUserAsync(user.Id, new { is_active = false })).ShouldBeAsync(HttpStatusCode.OK);

        await (await userHttp.FetchAsync(Auth + "me")).ShouldBeProblemAsync(401, "account_disabled");
        await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken }))
            .ShouldBeProblemAsync(401, "invalid_refresh_token");
        await (await app.WithKey(key).FetchAsync(Auth + "me")).ShouldBeProblemAsync(401, "invalid_api_key");
        await (await app.Anonymous().PostAsync(Auth + "login", new { email = user.Email, password = user.Password }))
            .ShouldBeProblemAsync(403, "account_disabled");
        await (await app.ResetAsync(reset)).ShouldBeProblemAsync(400, "invalid_reset_token");
        var (actor, ended) = await app.SingleEventAsync("session.ended", user.Id);
        Assert.Equal((admin.Id, "account_disabled"), (actor, ended.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task A_reenabled_user_has_to_log_in_again_and_old_sessions_and_links_stay_invalid()
    {
        var (_, http) = await app.QuickStaffAsync();
        var (user, tokens, userHttp) = await app.QuickSignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(userHttp);
        var reset = await app.ResetTokenAsync(user.Email);
        await (await http.UpdateUserAsync(user.Id, new { is_active = false })).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.UpdateUserAsync(user.Id, new { is_active = true })).ShouldBeAsync(HttpStatusCode.OK);

        await (await userHttp.FetchAsync(Auth + "me")).ShouldBeProblemAsync(401, "session_revoked");
        await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken }))
            .ShouldBeProblemAsync(401, "invalid_refresh_token");
        await (await app.ResetAsync(reset)).ShouldBeProblemAsync(400, "invalid_reset_token");
        await (await app.WithKey(key).FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);
        await app.LogInAsync(user);
    }

    /// <remarks>The challenge was issued before the account was disabled.</remarks>
    [Fact]
    public async Task A_pending_login_fails_after_the_account_was_disabled_and_reenabled()
    {
        var (_, http) = await app.QuickStaffAsync();
        var person = await app.SignUpWithTwoFactorAsync();
        var challenge = await app.ChallengeAsync(person.User);

        await (await http.UpdateUserAsync(person.User.Id, new { is_active = false })).ShouldBeAsync(HttpStatusCode.OK);
        await (await http.UpdateUserAsync(person.User.Id, new { is_active = true })).ShouldBeAsync(HttpStatusCode.OK);

        await (await app.SubmitCodeAsync(challenge, app.Code(person.Secret))).ShouldBeProblemAsync(401, "invalid_token");
    }

    /// <remarks>An extra field that set a password or an ID would allow a takeover (OWASP ASVS 15.3.3).</remarks>
    [Theory]
    [InlineData("email", "\"other@example.com\"")]
    [InlineData("password", "\"a new horse, a new battery\"")]
    [InlineData("password_hash", "\"!\"")]
    [InlineData("is_admin", "true")]
    [InlineData("id", "\"0199f0f0-5b1e-7c3a-9d64-2f1f3f1c8a01\"")]
    [InlineData("two_factor_enabled", "false")]
    [InlineData("two_factor_secret", "null")]
    [InlineData("security_stamp", "null")]
    [InlineData("api_key", "\"x\"")]
    [InlineData("created_at", "null")]
    public async Task No_other_field_can_be_set(string field, string value)
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();
        var row = await RowAsync(user.Id);

        await (await PatchTextAsync(http, user.Id, $$"""{"subscription_tier":"pro","{{field}}":{{value}}}""")).ShouldBeProblemAsync(400, "unknown_field");

        Assert.Equal(row, await RowAsync(user.Id));
    }

    [Theory]
    [InlineData("""{"subscription_tier":"gold"}""", "subscription_tier")]
    [InlineData("""{"subscription_tier":1e999}""", "subscription_tier")]
    [InlineData("""{"is_active":"false"}""", "is_active")]
    [InlineData("""{"is_active":0}""", "is_active")]
    [InlineData("""{"is_verified":[]}""", "is_verified")]
    [InlineData("""{"is_verified":true,"roles":["root"]}""", "roles")]
    [InlineData("""{"roles":["a\u0000"]}""", "roles")]
    [InlineData("""{"roles":[""]}""", "roles")]
    [InlineData("""{"roles":{}}""", "roles")]
    public async Task An_invalid_value_is_rejected_with_the_name_of_its_field_and_nothing_changes(string body, string field)
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();
        var row = await RowAsync(user.Id);

        var problem = await (await PatchTextAsync(http, user.Id, body)).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Equal(row, await RowAsync(user.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"is_active":true,"is_active":false}""")]
    public async Task A_malformed_body_is_rejected(string body)
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();

        await (await PatchTextAsync(http, user.Id, body)).ShouldBeProblemAsync(400, "malformed_request");
    }

    [Fact]
    public async Task An_unknown_user_is_not_found()
    {
        var (_, http) = await app.QuickStaffAsync();

        await (await http.UpdateUserAsync(Guid.NewGuid(), new { is_verified = true })).ShouldBeProblemAsync(404, "not_found");
        await (await http.UpdateUserAsync(Guid.NewGuid(), new { is_verified = true }, "*")).ShouldBeProblemAsync(404, "not_found");
        await (await http.DeleteUserAsync(Guid.NewGuid())).ShouldBeProblemAsync(404, "not_found");
    }

    private async Task<string> RowAsync(Guid id) => (string)(await app.SqlAsync("SELECT users::text || xmin FROM users WHERE id = $1", id))!;

    private static Task<HttpResponseMessage> PatchTextAsync(HttpClient http, Guid id, string body) =>
        http.PatchAsync(StaffSteps.PathOf(id), new StringContent(body, null, "application/json"), TestContext.Current.CancellationToken);
}
