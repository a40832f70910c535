using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <remarks>A deletion can't be undone, so it requires the password, and the last administrator can't be deleted (decision 0017).</remarks>
public sealed class DeleteAccountTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";
    private const string Me = Auth + "me";

    [Fact]
    public async Task The_account_its_sessions_and_its_keys_are_deleted_immediately_on_all_replicas()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        second.DefaultRequestHeaders.Add("X-API-Key", key);
        await (await second.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        await (await DeleteAsync(http, new { password = user.Password })).ShouldBeAsync(HttpStatusCode.NoContent);

        await http.ShouldBeRefusedAsync();
        await app.WithKey(key).ShouldBeRefusedAsync();
        await (await second.FetchUntilStatusAsync(Me, HttpStatusCode.Unauthorized)).ShouldBeAsync(HttpStatusCode.Unauthorized);
        await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken }))
            .ShouldBeProblemAsync(401, "invalid_refresh_token");
        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, user.Password));
    }

    [Fact]
    public async Task A_final_notice_is_emailed_and_no_personal_data_remains()
    {
        var (user, _, http) = await app.SignUpAsync();

        await (await DeleteAsync(http, new { password = user.Password })).ShouldBeAsync(HttpStatusCode.NoContent);
        await app.WaitForEmailsAsync();

        Assert.Single(await app.Mailbox.ForAsync(user.Email, "account_deleted"));
        Assert.DoesNotContain(user.Email, await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(user.Id.ToString(), await app.DumpAsync(except: "audit_events%"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_address_can_be_registered_again()
    {
        var (user, _, http) = await app.SignUpAsync();
        await (await DeleteAsync(http, new { password = user.Password })).ShouldBeAsync(HttpStatusCode.NoContent);

        var again = await app.RegisterAsync(user.Email);

        Assert.NotEqual(user.Id, again.Id);
    }

    [Fact]
    public async Task Without_the_correct_password_nothing_is_deleted()
    {
        var (_, _, http) = await app.SignUpAsync();

        await (await DeleteAsync(http, new { password = "not the password" })).ShouldBeProblemAsync(401, "invalid_credentials");
        await (await DeleteAsync(http, new { })).ShouldBeProblemAsync(400, "validation_failed");
        await (await DeleteAsync(http, new { password = (string?)null })).ShouldBeProblemAsync(400, "validation_failed");
        var withoutBody = await http.RemoveAsync(Me);
        Assert.Equal(HttpStatusCode.BadRequest, withoutBody.StatusCode);

        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_user_with_a_second_factor_needs_a_code_too()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var password = user.User.Password;

        await (await DeleteAsync(user.Http, new { password })).ShouldBeProblemAsync(401, "two_factor_required");
        await (await DeleteAsync(user.Http, new { password, two_factor_code = app.WrongCode(user.Secret) }))
            .ShouldBeProblemAsync(400, "invalid_two_factor_code");
        await (await DeleteAsync(user.Http, new { password, two_factor_code = app.Code(user.Secret), recovery_code = user.RecoveryCodes[0] }))
            .ShouldBeProblemAsync(400, "validation_failed");
        await (await DeleteAsync(user.Http, new { password = "not the password", two_factor_code = app.Code(user.Secret) }))
            .ShouldBeProblemAsync(401, "invalid_credentials");
        await (await user.Http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        await (await DeleteAsync(user.Http, new { password, two_factor_code = app.Code(user.Secret) })).ShouldBeAsync(HttpStatusCode.NoContent);

        await user.Http.ShouldBeRefusedAsync();
    }

    [Fact]
    public async Task A_recovery_code_replaces_the_code()
    {
        var user = await app.SignUpWithTwoFactorAsync();

        await (await DeleteAsync(user.Http, new { password = user.User.Password, recovery_code = user.RecoveryCodes[0] }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users WHERE id = $1", user.User.Id));
    }

    /// <remarks>Without this, an attacker with a session could guess passwords here without limit.</remarks>
    [Fact]
    public async Task Wrong_passwords_count_toward_the_lockout()
    {
        var (user, _, http) = await app.SignUpAsync();
        for (var i = 0; i < 5; i++)
        {
            await (await DeleteAsync(http, new { password = "not the password" })).ShouldBeProblemAsync(401, "invalid_credentials");
        }

        await (await DeleteAsync(http, new { password = user.Password })).ShouldBeProblemAsync(429, "rate_limited");
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.TryLogInAsync(user.Email, user.Password));
    }

    [Fact]
    public async Task An_API_key_or_an_anonymous_caller_cannot_delete_it()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        await (await DeleteAsync(app.WithKey(key), new { password = user.Password })).ShouldBeProblemAsync(403, "forbidden");
        await (await DeleteAsync(app.Anonymous(), new { password = user.Password })).ShouldBeProblemAsync(401, "unauthenticated");
        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_last_administrator_cannot_be_deleted()
    {
        await app.SqlAsync("DELETE FROM user_roles");
        var (user, _, http) = await app.SignUpAdminAsync();

        await (await DeleteAsync(http, new { password = user.Password })).ShouldBeProblemAsync(409, "last_admin");

        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await app.WaitForEmailsAsync();
        Assert.Empty(await app.Mailbox.ForAsync(user.Email, "account_deleted"));
    }

    [Fact]
    public async Task An_administrator_who_is_not_the_last_can_be_deleted()
    {
        await app.SqlAsync("DELETE FROM user_roles");
        await app.SignUpAdminAsync();
        var (user, _, http) = await app.SignUpAdminAsync();

        await (await DeleteAsync(http, new { password = user.Password })).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    /// <remarks>Unless the check is serialized, each request sees the other administrators as remaining (OWASP ASVS 15.4.2).</remarks>
    [Fact]
    public async Task When_all_administrators_delete_their_accounts_concurrently_one_remains()
    {
        for (var round = 0; round < 3; round++)
        {
            await app.SqlAsync("DELETE FROM user_roles");
            var admins = new List<(TestUser User, Tokens Tokens, HttpClient Http)>();
            for (var admin = 0; admin < 4; admin++)
            {
                admins.Add(await app.SignUpAdminAsync());
            }

            var answers = await Concurrently.StatusesAsync(
                admins.Count, index => DeleteAsync(admins[index].Http, new { password = admins[index].User.Password }));

            Assert.Equal(3, answers.Count(status => status == HttpStatusCode.NoContent));
            Assert.Single(answers, HttpStatusCode.Conflict);
            Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM user_roles"));
        }
    }

    private static Task<HttpResponseMessage> DeleteAsync(HttpClient http, object body) => http.SendAsync(
        new(HttpMethod.Delete, Me) { Content = JsonContent.Create(body, body.GetType()) }, TestContext.Current.CancellationToken);
}
