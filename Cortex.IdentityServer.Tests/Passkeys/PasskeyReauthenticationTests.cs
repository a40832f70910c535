using System.Buffers.Text;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Passkeys;

/// <summary>Confirming one's identity again with a passkey instead of the password (OWASP ASVS 7.5.1).</summary>
public sealed class PasskeyReauthenticationTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";

    [Fact]
    public async Task The_options_name_only_the_callers_passkeys_and_require_verification()
    {
        var user = await app.SignUpWithPasskeyAsync();
        await app.SignUpWithPasskeyAsync();

        var options = (await user.Http.BeginReauthenticationAsync()).Options;

        Assert.Equal(
            [Base64Url.EncodeToString(user.Key.CredentialId)],
            options.GetProperty("allowCredentials").EnumerateArray().Select(credential => credential.GetProperty("id").GetString()));
        Assert.Equal("required", options.GetProperty("userVerification").GetString());
    }

    [Fact]
    public async Task Afterwards_the_session_is_fresh_for_ten_minutes()
    {
        var user = await app.SignUpWithPasskeyAsync();
        var other = app.WithToken((await app.LogInAsync(user.User)).AccessToken);
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        await user.Http.ShouldNotBeFreshAsync();

        var answer = await user.Http.ReauthenticateAsync(user.Key);

        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal("", await answer.TextAsync());
        await CortexApp.GenerateKeyAsync(user.Http);
        await other.ShouldNotBeFreshAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        await user.Http.ShouldNotBeFreshAsync();
    }

    [Fact]
    public async Task The_event_is_that_of_a_reauthentication()
    {
        var user = await app.SignUpWithPasskeyAsync();

        // The clock stands still, and events of the same millisecond have no order.
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await user.Http.ReauthenticateAsync(user.Key)).ShouldBeAsync(HttpStatusCode.NoContent);

        var events = await (await user.Http.FetchAsync(Auth + "me/events?limit=1")).JsonAsync(HttpStatusCode.OK);
        var latest = events.GetProperty("items")[0];
        Assert.Equal("session.reauthenticated", latest.GetProperty("action").GetString());
        Assert.Equal("passkey", latest.GetProperty("details").GetProperty("method").GetString());
        Assert.Equal(await SessionIdAsync(user.Http), latest.GetProperty("details").GetProperty("session_id").GetGuid());
    }

    [Fact]
    public async Task With_a_second_factor_a_passkey_needs_no_code()
    {
        var (user, key) = await app.SignUpWithBothAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        await (await user.Http.ReauthenticateAsync(key)).ShouldBeAsync(HttpStatusCode.NoContent);

        await CortexApp.GenerateKeyAsync(user.Http);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_user_verification_the_passkey_is_not_accepted(bool hasSecondFactor)
    {
        var key = new SoftAuthenticator();
        var http = hasSecondFactor ? (await app.SignUpWithBothAsync(key)).User.Http : (await app.SignUpWithPasskeyAsync(key)).Http;
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        key.VerifiesUser = false;

        await (await http.ReauthenticateAsync(key)).ShouldBeProblemAsync(401, "invalid_credentials");

        await http.ShouldNotBeFreshAsync();
    }

    [Fact]
    public async Task A_passkey_that_was_created_without_verification_is_one_factor_only()
    {
        var (user, key) = await app.SignUpWithBothAsync(new() { VerifiesUser = false });
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        key.VerifiesUser = true;

        await (await user.Http.ReauthenticateAsync(key)).ShouldBeProblemAsync(401, "two_factor_required");

        await user.Http.ShouldNotBeFreshAsync();
    }

    [Fact]
    public async Task Only_the_callers_own_passkey_works()
    {
        var (victim, attacker) = (await app.SignUpWithPasskeyAsync(), await app.SignUpWithPasskeyAsync());
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        await NotAcceptedAsync(await victim.Http.BeginReauthenticationAsync(), attacker.Key, new());
        await NotAcceptedAsync(await victim.Http.BeginReauthenticationAsync(), attacker.Key, new() { UserHandle = victim.Key.UserHandle });
        await NotAcceptedAsync(
            await victim.Http.BeginReauthenticationAsync(), new() { CredentialId = victim.Key.CredentialId }, new() { UserHandle = victim.Key.UserHandle });
        await NotAcceptedAsync(await victim.Http.BeginReauthenticationAsync(), victim.Key, new() { IsSignatureTampered = true });
        await NotAcceptedAsync(await victim.Http.BeginReauthenticationAsync(), victim.Key, new() { Origin = "https://evil.test" });
        await NotAcceptedAsync(await victim.Http.BeginReauthenticationAsync(), victim.Key, new() { CrossOrigin = true });
        await victim.Http.ShouldNotBeFreshAsync();

        async Task NotAcceptedAsync(PasskeyCeremony ceremony, SoftAuthenticator key, Tampering tampering) =>
            await (await victim.Http.FinishReauthenticationAsync(ceremony, key.Get(ceremony.Options, tampering)))
                .ShouldBeProblemAsync(401, "invalid_credentials");
    }

    [Fact]
    public async Task Without_a_passkey_there_are_no_options()
    {
        var (_, _, http) = await app.SignUpAsync();

        await (await http.PostAsync(PasskeySteps.Reauthenticate + "/options", new { })).ShouldBeProblemAsync(404, "not_found");
        await (await http.PostNothingAsync(PasskeySteps.Reauthenticate + "/options")).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_removed_passkey_does_not_work()
    {
        var user = await app.SignUpWithPasskeyAsync();
        var ceremony = await user.Http.BeginReauthenticationAsync();
        await (await user.Http.RemoveAsync($"{PasskeySteps.Passkeys}/{user.PasskeyId}")).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await user.Http.FinishReauthenticationAsync(ceremony, user.Key.Get(ceremony.Options))).ShouldBeProblemAsync(401, "invalid_credentials");
    }

    [Fact]
    public async Task Wrong_responses_count_toward_the_lockout_of_the_second_factor()
    {
        var (user, key) = await app.SignUpWithBothAsync();
        await app.FailSecondStepAsync(user, 7);
        for (var time = 0; time < 3; time++)
        {
            await (await user.Http.ReauthenticateAsync(key, new() { IsSignatureTampered = true })).ShouldBeProblemAsync(401, "invalid_credentials");
        }

        var locked = await user.Http.ReauthenticateAsync(key);
        await locked.ShouldBeProblemAsync(429, "rate_limited");
        Assert.NotNull(locked.Headers.RetryAfter);
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret))).ShouldBeProblemAsync(429, "rate_limited");

        app.Clock.Advance(TimeSpan.FromMinutes(15));
        await (await user.Http.ReauthenticateAsync(key)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_passkey_makes_staff_fresh_too()
    {
        var (user, key) = await app.SignUpWithBothAsync();
        await app.MakeAdminAsync(user.User.Id);
        var target = await app.RegisterAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        var path = $"{Administrators.Users}/{target.Id}";
        await (await user.Http.PatchAsync(path, new { is_verified = true })).ShouldBeProblemAsync(401, "reauthentication_required");

        await (await user.Http.ReauthenticateAsync(key)).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await user.Http.PatchAsync(path, new { is_verified = true })).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""{"id":"AAAA","type":"public-key","response":{"clientDataJSON":"","authenticatorData":"","signature":""}}""", 401)]
    [InlineData("{}", 401)]
    [InlineData("[]", 400)]
    [InlineData("null", 400)]
    [InlineData("\"x\"", 400)]
    public async Task Garbage_is_refused(string credential, int status)
    {
        var user = await app.SignUpWithPasskeyAsync();
        var ceremony = await user.Http.BeginReauthenticationAsync();

        var answer = await user.Http.PostTextAsync(PasskeySteps.Reauthenticate, $$"""{"passkey_token":"{{ceremony.Token}}","credential":{{credential}}}""");

        await answer.ShouldBeProblemAsync(status, status == 401 ? "invalid_credentials" : "validation_failed");
    }

    private static async Task<Guid> SessionIdAsync(HttpClient http) =>
        (await (await http.FetchAsync(Auth + "sessions")).JsonAsync(HttpStatusCode.OK))[0].GetProperty("id").GetGuid();
}
