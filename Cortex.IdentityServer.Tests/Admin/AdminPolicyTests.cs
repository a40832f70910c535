using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin;

/// <summary>Which callers may use the administration API.</summary>
public sealed class AdminPolicyTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task An_administrator_without_a_second_factor_is_told_to_enable_one()
    {
        var (_, _, http) = await app.SignUpAdminAsync();

        var problem = await (await http.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "two_factor_required");

        Assert.Contains("/2fa/enable", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.False(problem.TryGetProperty("two_factor_token", out _));
    }

    [Fact]
    public async Task Enabling_a_second_factor_grants_access_on_every_replica_at_once_and_disabling_it_revokes_access()
    {
        var (user, tokens, http) = await app.SignUpAdminAsync();
        using var otherReplica = app.StartReplica(out var replica);
        using var _ = replica;
        otherReplica.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        await (await otherReplica.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "two_factor_required");
        var secret = (await (await http.PostAsync("/api/v1/auth/2fa/enable", new { })).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;
        await (await http.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "two_factor_required");

        await (await http.PostAsync("/api/v1/auth/2fa/verify", new { code = app.Code(secret) })).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.GetAsync(Administrators.Users, Token)).ShouldBeAsync(HttpStatusCode.OK);
        await (await otherReplica.FetchUntilStatusAsync(Administrators.Users, HttpStatusCode.OK)).ShouldBeAsync(HttpStatusCode.OK);

        app.NextStep();
        await (await http.PostAsync("/api/v1/auth/2fa/disable", new { password = user.Password, code = app.Code(secret) }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        await (await http.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "two_factor_required");
        await (await otherReplica.FetchUntilStatusAsync(Administrators.Users, HttpStatusCode.Forbidden)).ShouldBeProblemAsync(403, "two_factor_required");
    }

    [Fact]
    public async Task A_login_with_a_user_verifying_passkey_is_enough_and_a_password_login_of_its_owner_is_not()
    {
        var (user, _, http) = await app.SignUpAdminAsync();
        var phone = new SoftAuthenticator();
        await http.AddPasskeyAsync(phone);

        var byPassword = app.WithToken((await app.LogInAsync(user)).AccessToken);
        await (await byPassword.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "two_factor_required");

        var byPasskey = app.WithToken(Tokens.Of(await (await app.LogInWithPasskeyAsync(phone)).JsonAsync(HttpStatusCode.OK)).AccessToken);
        await (await byPasskey.GetAsync(Administrators.Users, Token)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_second_factor_that_has_been_disabled_no_longer_counts()
    {
        var admin = await app.SignUpStaffAsync();
        app.NextStep();
        var tokens = Tokens.Of(await (await app.SubmitCodeAsync(await app.ChallengeAsync(admin.User), app.Code(admin.Secret))).JsonAsync(HttpStatusCode.OK));
        var http = app.WithToken(tokens.AccessToken);
        await (await http.GetAsync(Administrators.Users, Token)).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.PostAsync("/api/v1/auth/2fa/disable", new { password = admin.User.Password, recovery_code = admin.RecoveryCodes[0] }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        await (await http.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "two_factor_required");
        var refreshed = Tokens.Of(
            await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken })).JsonAsync(HttpStatusCode.OK));
        await (await app.WithToken(refreshed.AccessToken).GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "two_factor_required");
    }

    [Fact]
    public async Task A_passkey_that_has_been_removed_no_longer_counts_on_any_replica()
    {
        var (_, _, http) = await app.SignUpAdminAsync();
        var phone = new SoftAuthenticator();
        var id = await http.AddPasskeyAsync(phone);
        var tokens = Tokens.Of(await (await app.LogInWithPasskeyAsync(phone)).JsonAsync(HttpStatusCode.OK));
        var byPasskey = app.WithToken(tokens.AccessToken);
        using var otherReplica = app.StartReplica(out var replica);
        using var _ = replica;
        otherReplica.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        await (await otherReplica.GetAsync(Administrators.Users, Token)).ShouldBeAsync(HttpStatusCode.OK);

        await (await byPasskey.DeleteAsync($"/api/v1/auth/passkeys/{id}", Token)).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await byPasskey.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "two_factor_required");
        await (await otherReplica.FetchUntilStatusAsync(Administrators.Users, HttpStatusCode.Forbidden)).ShouldBeProblemAsync(403, "two_factor_required");
    }

    [Theory]
    [InlineData("support")]
    [InlineData("admin")]
    public async Task Staff_cannot_reset_their_own_second_factor_without_proving_it(string role)
    {
        var staff = await app.SignUpStaffAsync(role);

        await (await staff.Http.PostAsync($"{Administrators.Users}/{staff.User.Id}/reset-2fa", new { })).ShouldBeProblemAsync(403, "forbidden");

        await (await app.Anonymous().PostAsync("/api/v1/auth/login", new { email = staff.User.Email, password = staff.User.Password }))
            .ShouldBeProblemAsync(401, "two_factor_required");
    }

    [Fact]
    public async Task A_caller_without_a_role_learns_nothing_about_second_factors()
    {
        var (_, _, user) = await app.SignUpAsync();

        await (await user.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "forbidden");
        await (await (await app.SignUpWithTwoFactorAsync()).Http.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task An_administrators_API_key_grants_no_access_to_administration()
    {
        var admin = await app.SignUpStaffAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        var (_, key) = await CortexApp.GenerateKeyAsync(admin.Http, "admin");

        await (await app.WithKey(key).GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task A_revoked_role_is_gone_from_the_next_request_and_from_the_next_token()
    {
        var admin = await app.SignUpStaffAsync();
        await (await admin.Http.GetAsync(Administrators.Users, Token)).ShouldBeAsync(HttpStatusCode.OK);

        await app.SqlAsync("DELETE FROM user_roles WHERE user_id = $1", admin.User.Id);

        await (await admin.Http.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "forbidden");
        var refreshed = Tokens.Of(
            await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = admin.Tokens.RefreshToken })).JsonAsync(HttpStatusCode.OK));
        Assert.Empty(Roles(refreshed.AccessToken));
        await app.GrantRoleAsync(admin.User.Id, "support");
        var again = Tokens.Of(
            await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = refreshed.RefreshToken })).JsonAsync(HttpStatusCode.OK));
        Assert.Equal(["support"], Roles(again.AccessToken));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IEnumerable<string?> Roles(string accessToken) => Jwt.Read(accessToken).Payload["roles"]!.AsArray().Select(role => (string?)role);
}
