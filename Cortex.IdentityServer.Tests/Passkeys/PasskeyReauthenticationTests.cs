using System.Buffers.Text;
using System.Net;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Passkeys;

/// <summary>Confirming one's identity again with a passkey instead of the password (OWASP ASVS 7.5.1).</summary>
public sealed class PasskeyReauthenticationTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";
    private const string Route = Auth + "reauthenticate/passkey";

    [Fact]
    public async Task The_options_name_only_the_callers_passkeys_and_require_verification()
    {
        var user = await app.SignUpWithPasskeyAsync();
        await app.SignUpWithPasskeyAsync();

        var options = (await BeginAsync(user.Http)).Options;

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
        await ShouldNotBeFreshAsync(user.Http);

        var answer = await ReauthenticateAsync(user.Http, user.Key);

        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal("", await answer.TextAsync());
        await CortexApp.GenerateKeyAsync(user.Http);
        await ShouldNotBeFreshAsync(other);
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        await ShouldNotBeFreshAsync(user.Http);
    }

    [Fact]
    public async Task The_event_is_that_of_a_reauthentication()
    {
        var user = await app.SignUpWithPasskeyAsync();

        await (await ReauthenticateAsync(user.Http, user.Key)).ShouldBeAsync(HttpStatusCode.NoContent);

        var events = await (await user.Http.FetchAsync(Auth + "me/events?limit=1")).JsonAsync(HttpStatusCode.OK);
        var latest = events.GetProperty("items")[0];
        Assert.Equal("session.reauthenticated", latest.GetProperty("action").GetString());
        Assert.Equal("passkey", latest.GetProperty("details").GetProperty("method").GetString());
        Assert.Equal(await SessionIdAsync(user.Http), latest.GetProperty("details").GetProperty("session_id").GetGuid());
    }

    [Fact]
    public async Task With_a_second_factor_a_passkey_needs_no_code()
    {
        var (user, key) = await WithBothAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        await (await ReauthenticateAsync(user.Http, key)).ShouldBeAsync(HttpStatusCode.NoContent);

        await CortexApp.GenerateKeyAsync(user.Http);
    }

    /// <remarks>Without user verification, the passkey only proves possession of the device (OWASP ASVS 6.3.4).</remarks>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_user_verification_the_passkey_is_not_accepted(bool hasSecondFactor)
    {
        var key = new SoftAuthenticator();
        var http = hasSecondFactor ? (await WithBothAsync(key)).User.Http : (await app.SignUpWithPasskeyAsync(key)).Http;
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        key.VerifiesUser = false;

        await (await ReauthenticateAsync(http, key)).ShouldBeProblemAsync(401, "invalid_credentials");

        await ShouldNotBeFreshAsync(http);
    }

    /// <remarks>A thief can set a PIN on a passkey that was created without one.</remarks>
    [Fact]
    public async Task A_passkey_that_was_created_without_verification_is_one_factor_only()
    {
        var (user, key) = await WithBothAsync(new() { VerifiesUser = false });
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        key.VerifiesUser = true;

        await (await ReauthenticateAsync(user.Http, key)).ShouldBeProblemAsync(401, "two_factor_required");

        await ShouldNotBeFreshAsync(user.Http);
    }

    [Fact]
    public async Task A_response_works_once()
    {
        var user = await app.SignUpWithPasskeyAsync(new() { HasCounter = false });
        var ceremony = await BeginAsync(user.Http);
        var credential = user.Key.Get(ceremony.Options);
        await (await FinishAsync(user.Http, ceremony, credential)).ShouldBeAsync(HttpStatusCode.NoContent);
        app.Clock.Advance(TimeSpan.FromMinutes(4));

        await RefusedAsync(await FinishAsync(user.Http, ceremony, credential));
        await RefusedAsync(await FinishAsync(user.Http, ceremony, user.Key.Get(ceremony.Options)));
    }

    [Fact]
    public async Task Of_sixteen_at_once_one_succeeds_and_nothing_is_locked()
    {
        var (user, key) = await WithBothAsync(new() { HasCounter = false });
        var ceremony = await BeginAsync(user.Http);
        var credential = key.Get(ceremony.Options);

        var statuses = await Concurrently.StatusesAsync(16, _ => FinishAsync(user.Http, ceremony, credential));

        Assert.Single(statuses, HttpStatusCode.NoContent);
        Assert.Equal(15, statuses.Count(status => status == HttpStatusCode.BadRequest));
        await (await ReauthenticateAsync(user.Http, key)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(2L, await app.SqlAsync(
            "SELECT count(*) FROM audit_events WHERE action = 'session.reauthenticated' AND user_id = $1", user.User.Id));
    }

    [Fact]
    public async Task Only_the_callers_own_passkey_works()
    {
        var (victim, attacker) = (await app.SignUpWithPasskeyAsync(), await app.SignUpWithPasskeyAsync());
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        await NotAcceptedAsync(await BeginAsync(victim.Http), attacker.Key, new());
        await NotAcceptedAsync(await BeginAsync(victim.Http), attacker.Key, new() { UserHandle = victim.Key.UserHandle });
        await NotAcceptedAsync(await BeginAsync(victim.Http), new() { CredentialId = victim.Key.CredentialId }, new() { UserHandle = victim.Key.UserHandle });
        await NotAcceptedAsync(await BeginAsync(victim.Http), victim.Key, new() { IsSignatureTampered = true });
        await NotAcceptedAsync(await BeginAsync(victim.Http), victim.Key, new() { Origin = "https://evil.test" });
        await NotAcceptedAsync(await BeginAsync(victim.Http), victim.Key, new() { CrossOrigin = true });
        await ShouldNotBeFreshAsync(victim.Http);

        async Task NotAcceptedAsync(PasskeyCeremony ceremony, SoftAuthenticator key, Tampering tampering) =>
            await (await FinishAsync(victim.Http, ceremony, key.Get(ceremony.Options, tampering))).ShouldBeProblemAsync(401, "invalid_credentials");
    }

    /// <remarks>A challenge belongs to one purpose, one user, and one session.</remarks>
    [Fact]
    public async Task Only_a_challenge_of_this_session_works()
    {
        var (user, key) = await WithBothAsync();
        var other = await app.SignUpWithPasskeyAsync();
        var otherSession = app.WithToken(Tokens.Of(await (await app.LogInWithPasskeyAsync(key)).JsonAsync(HttpStatusCode.OK)).AccessToken);
        var registration = await user.Http.BeginPasskeyAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        foreach (var ceremony in new[]
        {
            await app.BeginPasskeyLoginAsync(), await app.BeginSecondFactorAsync(await app.ChallengeAsync(user.User)), await BeginAsync(other.Http),
            await BeginAsync(otherSession), registration with { Options = (await BeginAsync(user.Http)).Options },
            new("cpk_x", (await BeginAsync(user.Http)).Options),
        })
        {
            await RefusedAsync(await FinishAsync(user.Http, ceremony, key.Get(ceremony.Options)));
        }

        await ShouldNotBeFreshAsync(user.Http);
    }

    [Fact]
    public async Task Its_challenge_works_for_no_login()
    {
        var (user, key) = await WithBothAsync();
        var ceremony = await BeginAsync(user.Http);
        await (await app.FinishPasskeyLoginAsync(ceremony, key.Get(ceremony.Options))).ShouldBeProblemAsync(401, "invalid_credentials");
        var token = await app.ChallengeAsync(user.User);
        await (await app.FinishSecondFactorAsync(token, ceremony, key.Get(ceremony.Options))).ShouldBeProblemAsync(401, "invalid_two_factor_code");

        // The refused logins haven't used up the challenge.
        await (await FinishAsync(user.Http, ceremony, key.Get(ceremony.Options))).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_challenge_expires_after_five_minutes()
    {
        var user = await app.SignUpWithPasskeyAsync();
        var (inTime, late) = (await BeginAsync(user.Http), await BeginAsync(user.Http));
        app.Clock.Advance(TimeSpan.FromSeconds(299));
        await (await FinishAsync(user.Http, inTime, user.Key.Get(inTime.Options))).ShouldBeAsync(HttpStatusCode.NoContent);
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        await RefusedAsync(await FinishAsync(user.Http, late, user.Key.Get(late.Options)));
    }

    [Fact]
    public async Task An_ended_session_cannot_use_its_challenge()
    {
        var user = await app.SignUpWithPasskeyAsync();
        var ceremony = await BeginAsync(user.Http);
        await (await user.Http.PostNothingAsync(Auth + "logout")).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await FinishAsync(user.Http, ceremony, user.Key.Get(ceremony.Options))).ShouldBeProblemAsync(401, "session_revoked");
        await (await user.Http.PostAsync(Route + "/options", new { })).ShouldBeProblemAsync(401, "session_revoked");
        var next = app.WithToken((await app.LogInAsync(user.User)).AccessToken);
        await RefusedAsync(await FinishAsync(next, ceremony, user.Key.Get(ceremony.Options)));
    }

    [Fact]
    public async Task Without_a_passkey_there_are_no_options()
    {
        var (_, _, http) = await app.SignUpAsync();

        await (await http.PostAsync(Route + "/options", new { })).ShouldBeProblemAsync(404, "not_found");
        await (await http.PostNothingAsync(Route + "/options")).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_removed_passkey_does_not_work()
    {
        var user = await app.SignUpWithPasskeyAsync();
        var ceremony = await BeginAsync(user.Http);
        await (await user.Http.RemoveAsync($"{PasskeySteps.Passkeys}/{user.PasskeyId}")).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await FinishAsync(user.Http, ceremony, user.Key.Get(ceremony.Options))).ShouldBeProblemAsync(401, "invalid_credentials");
    }

    /// <remarks>With a count of their own, an attacker who is locked out of codes could continue here.</remarks>
    [Fact]
    public async Task Wrong_responses_count_toward_the_lockout_of_the_second_factor()
    {
        var (user, key) = await WithBothAsync();
        await app.FailSecondStepAsync(user, 7);
        for (var time = 0; time < 3; time++)
        {
            await (await ReauthenticateAsync(user.Http, key, new() { IsSignatureTampered = true })).ShouldBeProblemAsync(401, "invalid_credentials");
        }

        var locked = await ReauthenticateAsync(user.Http, key);
        await locked.ShouldBeProblemAsync(429, "rate_limited");
        Assert.NotNull(locked.Headers.RetryAfter);
        await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret))).ShouldBeProblemAsync(429, "rate_limited");

        app.Clock.Advance(TimeSpan.FromMinutes(15));
        await (await ReauthenticateAsync(user.Http, key)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_passkey_makes_staff_fresh_too()
    {
        var (user, key) = await WithBothAsync();
        await app.MakeAdminAsync(user.User.Id);
        var target = await app.RegisterAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        var path = $"{Administrators.Users}/{target.Id}";
        await (await user.Http.PatchAsync(path, new { is_verified = true })).ShouldBeProblemAsync(401, "reauthentication_required");

        await (await ReauthenticateAsync(user.Http, key)).ShouldBeAsync(HttpStatusCode.NoContent);

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
        var ceremony = await BeginAsync(user.Http);

        var answer = await user.Http.PostTextAsync(Route, $$"""{"passkey_token":"{{ceremony.Token}}","credential":{{credential}}}""");

        await answer.ShouldBeProblemAsync(status, status == 401 ? "invalid_credentials" : "validation_failed");
    }

    /// <summary>A user with an authenticator app and a passkey.</summary>
    private async Task<(TwoFactorUser User, SoftAuthenticator Key)> WithBothAsync(SoftAuthenticator? key = null)
    {
        var user = await app.SignUpWithTwoFactorAsync();
        key ??= new();
        await user.Http.AddPasskeyAsync(key);
        app.NextStep();
        return (user, key);
    }

    private static async Task<PasskeyCeremony> BeginAsync(HttpClient http) =>
        PasskeyCeremony.Of(await (await http.PostAsync(Route + "/options", new { })).JsonAsync(HttpStatusCode.OK));

    private static Task<HttpResponseMessage> FinishAsync(HttpClient http, PasskeyCeremony ceremony, JsonObject credential) =>
        http.PostAsync(Route, new { passkey_token = ceremony.Token, credential });

    private static async Task<HttpResponseMessage> ReauthenticateAsync(HttpClient http, SoftAuthenticator key, Tampering? tampering = null)
    {
        var ceremony = await BeginAsync(http);
        return await FinishAsync(http, ceremony, key.Get(ceremony.Options, tampering));
    }

    private static async Task RefusedAsync(HttpResponseMessage answer)
    {
        var problem = await answer.ShouldBeProblemAsync(400, "validation_failed");
        Assert.Equal(["passkey_token"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    private static async Task ShouldNotBeFreshAsync(HttpClient http) =>
        await (await http.PostAsync(Auth + "api-keys/generate", new { name = "x" })).ShouldBeProblemAsync(401, "reauthentication_required");

    private static async Task<Guid> SessionIdAsync(HttpClient http) =>
        (await (await http.FetchAsync(Auth + "sessions")).JsonAsync(HttpStatusCode.OK))[0].GetProperty("id").GetGuid();
}
