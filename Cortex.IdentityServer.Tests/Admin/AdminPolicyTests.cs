using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin;

/// <summary>Who gets into administration at all.</summary>
public sealed class AdminPolicyTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task Without_a_second_factor_an_administrator_is_told_to_turn_one_on()
    {
        var (_, _, http) = await app.SignedInAdminAsync();

        var problem = await (await http.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "two_factor_required");

        Assert.Contains("/2fa/enable", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.False(problem.TryGetProperty("two_factor_token", out _));
    }

    [Fact]
    public async Task Turning_one_on_opens_it_for_that_session_at_once_on_every_replica_and_turning_it_off_closes_it()
    {
        var (user, tokens, http) = await app.SignedInAdminAsync();
        using var elsewhere = app.StartReplica(out var replica);
        using var _ = replica;
        elsewhere.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        await (await elsewhere.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "two_factor_required");
        var secret = (await (await http.PostAsync("/api/v1/auth/2fa/enable", new { })).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;
        await (await http.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "two_factor_required");

        await (await http.PostAsync("/api/v1/auth/2fa/verify", new { code = app.Code(secret) })).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.GetAsync(Administrators.Users, Token)).ShouldBeAsync(HttpStatusCode.OK);
        await (await elsewhere.FetchUntilAsync(Administrators.Users, HttpStatusCode.OK)).ShouldBeAsync(HttpStatusCode.OK);

        app.NextStep();
        await (await http.PostAsync("/api/v1/auth/2fa/disable", new { password = user.Password, code = app.Code(secret) }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        await (await http.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "two_factor_required");
        await (await elsewhere.FetchUntilAsync(Administrators.Users, HttpStatusCode.Forbidden)).ShouldBeProblemAsync(403, "two_factor_required");
    }

    [Fact]
    public async Task A_login_with_a_passkey_that_checks_its_user_is_enough_and_a_password_beside_one_is_not()
    {
        var (user, _, http) = await app.SignedInAdminAsync();
        var phone = new SoftAuthenticator();
        await http.AddPasskeyAsync(phone);

        var byPassword = app.WithToken((await app.LogInAsync(user)).AccessToken);
        await (await byPassword.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "two_factor_required");

        var byPasskey = app.WithToken(Tokens.Of(await (await app.LogInWithPasskeyAsync(phone)).JsonAsync(HttpStatusCode.OK)).AccessToken);
        await (await byPasskey.GetAsync(Administrators.Users, Token)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_second_factor_that_was_proved_and_is_gone_counts_no_more()
    {
        var admin = await app.SignedInStaffAsync();
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
    public async Task Nor_does_a_passkey_that_was_removed_on_any_replica()
    {
        var (_, _, http) = await app.SignedInAdminAsync();
        var phone = new SoftAuthenticator();
        var id = await http.AddPasskeyAsync(phone);
        var tokens = Tokens.Of(await (await app.LogInWithPasskeyAsync(phone)).JsonAsync(HttpStatusCode.OK));
        var byPasskey = app.WithToken(tokens.AccessToken);
        using var elsewhere = app.StartReplica(out var replica);
        using var _ = replica;
        elsewhere.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        await (await elsewhere.GetAsync(Administrators.Users, Token)).ShouldBeAsync(HttpStatusCode.OK);

        await (await byPasskey.DeleteAsync($"/api/v1/auth/passkeys/{id}", Token)).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await byPasskey.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "two_factor_required");
        await (await elsewhere.FetchUntilAsync(Administrators.Users, HttpStatusCode.Forbidden)).ShouldBeProblemAsync(403, "two_factor_required");
    }

    [Theory]
    [InlineData("support")]
    [InlineData("admin")]
    public async Task Nobody_of_the_staff_takes_their_own_second_factor_away_without_proving_it(string role)
    {
        var staff = await app.SignedInStaffAsync(role);

        await (await staff.Http.PostAsync($"{Administrators.Users}/{staff.User.Id}/reset-2fa", new { })).ShouldBeProblemAsync(403, "forbidden");

        await (await app.Anonymous().PostAsync("/api/v1/auth/login", new { email = staff.User.Email, password = staff.User.Password }))
            .ShouldBeProblemAsync(401, "two_factor_required");
    }

    [Fact]
    public async Task Who_has_no_role_is_told_nothing_of_second_factors()
    {
        var (_, _, user) = await app.SignedInAsync();

        await (await user.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "forbidden");
        await (await (await app.WithTwoFactorAsync()).Http.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task A_key_of_an_administrator_is_no_administrator()
    {
        var admin = await app.SignedInStaffAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        var (_, key) = await CortexApp.GenerateKeyAsync(admin.Http, "admin");

        await (await app.WithKey(key).GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task A_role_that_is_taken_away_is_gone_from_the_next_request_on_and_not_in_the_next_token()
    {
        var admin = await app.SignedInStaffAsync();
        await (await admin.Http.GetAsync(Administrators.Users, Token)).ShouldBeAsync(HttpStatusCode.OK);

        await app.SqlAsync("DELETE FROM user_roles WHERE user_id = $1", admin.User.Id);

        await (await admin.Http.GetAsync(Administrators.Users, Token)).ShouldBeProblemAsync(403, "forbidden");
        var refreshed = Tokens.Of(
            await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = admin.Tokens.RefreshToken })).JsonAsync(HttpStatusCode.OK));
        Assert.Empty(Roles(refreshed.AccessToken));
        await app.GiveRoleAsync(admin.User.Id, "support");
        var again = Tokens.Of(
            await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = refreshed.RefreshToken })).JsonAsync(HttpStatusCode.OK));
        Assert.Equal(["support"], Roles(again.AccessToken));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IEnumerable<string?> Roles(string accessToken) => Jwt.Read(accessToken).Payload["roles"]!.AsArray().Select(role => (string?)role);
}
