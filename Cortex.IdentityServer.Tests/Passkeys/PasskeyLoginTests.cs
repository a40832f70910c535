using System.Net;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Passkeys;

/// <summary>Logging in with only a passkey.</summary>
public sealed class PasskeyLoginTests(CortexApp app) : IClassFixture<CortexApp>
{
    private static readonly string[] BothFactors = ["hwk", "user", "mfa"];

    /// <remarks>The options reveal nothing about accounts, and no two challenges are equal (WebAuthn, section 13.4.3).</remarks>
    [Fact]
    public async Task The_options_name_no_user()
    {
        await app.SignUpWithPasskeyAsync();
        var response = await app.Anonymous().PostNothingAsync(PasskeySteps.LogIn + "/options");
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.True(response.Headers.Contains("RateLimit-Limit"));

        var (first, second) = (PasskeyCeremony.Of(await response.JsonAsync(HttpStatusCode.OK)), await app.BeginPasskeyLoginAsync());

        Assert.Empty(first.Options.GetProperty("allowCredentials").EnumerateArray());
        Assert.Equal("localhost", first.Options.GetProperty("rpId").GetString());
        Assert.Equal("preferred", first.Options.GetProperty("userVerification").GetString());
        Assert.True(System.Buffers.Text.Base64Url.DecodeFromChars(first.Options.GetProperty("challenge").GetString()).Length >= 32);
        Assert.NotEqual(first.Options.GetProperty("challenge").GetString(), second.Options.GetProperty("challenge").GetString());
        Assert.NotEqual(first.Token, second.Token);
        Assert.Equal(await ShapeAsync(), await ShapeAsync());

        async Task<string> ShapeAsync() => string.Join(',', (await app.BeginPasskeyLoginAsync()).Options.EnumerateObject().Select(field => field.Name));
    }

    [Fact]
    public async Task A_passkey_gives_tokens_that_work()
    {
        var user = await app.SignUpWithPasskeyAsync();

        var answer = await (await app.LogInWithPasskeyAsync(user.Key)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(["access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_in"], answer.EnumerateObject().Select(field => field.Name));
        var me = await (await app.WithToken(Tokens.Of(answer).AccessToken).FetchAsync("/api/v1/auth/me")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(user.User.Id, me.GetProperty("id").GetGuid());
        var listed = (await (await user.Http.FetchAsync(PasskeySteps.Passkeys)).JsonAsync(HttpStatusCode.OK)).EnumerateArray().Single();
        Assert.Equal(app.Clock.GetUtcNow(), listed.GetProperty("last_used_at").GetDateTimeOffset(), TimeSpan.FromSeconds(1));
    }

    /// <remarks>A passkey with user verification counts as two factors, so no other factor is required.</remarks>
    [Fact]
    public async Task With_user_verification_it_counts_as_both_factors()
    {
        var (plain, guarded, key) = (await app.SignUpWithPasskeyAsync(), await app.SignUpWithTwoFactorAsync(), new SoftAuthenticator());
        await guarded.Http.AddPasskeyAsync(key);

        Assert.Equal(BothFactors, await (await app.LogInWithPasskeyAsync(plain.Key)).MethodsAsync());
        Assert.Equal(BothFactors, await (await app.LogInWithPasskeyAsync(key)).MethodsAsync());
    }

    /// <remarks>Without user verification, the passkey only proves possession of the device (OWASP ASVS 6.3.4).</remarks>
    [Fact]
    public async Task Without_user_verification_it_counts_as_one_factor()
    {
        var (plain, guarded, key) = (await app.SignUpWithPasskeyAsync(), await app.SignUpWithTwoFactorAsync(), new SoftAuthenticator());
        await guarded.Http.AddPasskeyAsync(key);
        plain.Key.VerifiesUser = key.VerifiesUser = false;

        Assert.Equal(["hwk"], await (await app.LogInWithPasskeyAsync(plain.Key)).MethodsAsync());
        var sessions = await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1", guarded.User.Id);
        var problem = await (await app.LogInWithPasskeyAsync(key)).ShouldBeProblemAsync(401, "two_factor_required");
        Assert.False(problem.TryGetProperty("access_token", out _));
        Assert.Equal(sessions, await app.SqlAsync("SELECT count(*) FROM sessions WHERE user_id = $1", guarded.User.Id));

        // The next step states what was proved; no password was.
        var token = problem.GetProperty("two_factor_token").GetString()!;
        Assert.Equal(["hwk", "otp", "mfa"], await (await app.SubmitCodeAsync(token, app.Code(guarded.Secret))).MethodsAsync());
    }

    /// <remarks>An attacker who finds a security key without a PIN can set one.</remarks>
    [Fact]
    public async Task A_passkey_created_without_user_verification_never_counts_as_both_factors()
    {
        var (user, key) = (await app.SignUpWithTwoFactorAsync(), new SoftAuthenticator { VerifiesUser = false });
        await user.Http.AddPasskeyAsync(key);
        key.VerifiesUser = true;

        var problem = await (await app.LogInWithPasskeyAsync(key)).ShouldBeProblemAsync(401, "two_factor_required");

        var token = problem.GetProperty("two_factor_token").GetString()!;
        var ceremony = await app.BeginSecondFactorAsync(token);
        await (await app.FinishSecondFactorAsync(token, ceremony, key.Get(ceremony.Options))).ShouldBeProblemAsync(401, "invalid_two_factor_code");
    }

    /// <remarks>A recorded response must not log anybody in again (OWASP ASVS 6.7.2).</remarks>
    [Fact]
    public async Task A_response_works_once()
    {
        var user = await app.SignUpWithPasskeyAsync(new() { HasCounter = false });
        var ceremony = await app.BeginPasskeyLoginAsync();
        var answer = user.Key.Get(ceremony.Options);

        var statuses = await Concurrently.StatusesAsync(16, _ => app.FinishPasskeyLoginAsync(ceremony, answer));

        Assert.Single(statuses, HttpStatusCode.OK);
        Assert.Equal(15, statuses.Count(status => status == HttpStatusCode.Unauthorized));
        await RefusedAsync(await app.FinishPasskeyLoginAsync(ceremony, answer));
        await RefusedAsync(await app.FinishPasskeyLoginAsync(await app.BeginPasskeyLoginAsync(), answer));
    }

    /// <remarks>All flaws get the same response.</remarks>
    [Fact]
    public async Task Every_flaw_in_a_response_gets_the_same_refusal()
    {
        var (user, other) = (await app.SignUpWithPasskeyAsync(), await app.SignUpWithPasskeyAsync());
        var refused = new HashSet<string>();
        foreach (var tampering in new Tampering[]
        {
            new() { Origin = "https://evil.test" }, new() { Origin = "http://localhost:5001" }, new() { Origin = "https://localhost:5000" },
            new() { Origin = "" },
            new() { CrossOrigin = true }, new() { RpId = "evil.test" }, new() { Type = "webauthn.create" }, new() { Challenge = "AAAAAAAAAAAAAAAAAAAAAA" },
            new() { Challenge = "" },
            new() { IsSignatureTampered = true }, new() { IsUserAbsent = true }, new() { UserHandle = other.Key.UserHandle },
            new() { UserHandle = "bm90IGEgdXNlcg" },
            new() { UserHandle = "AAAA" }, new() { UserHandle = "" },
        })
        {
            refused.Add(await RefusedAsync(await app.LogInWithPasskeyAsync(user.Key, tampering)));
        }

        // An unregistered key, with and without another user's handle.
        var unknown = new SoftAuthenticator();
        refused.Add(await RefusedAsync(await app.LogInWithPasskeyAsync(unknown, new() { UserHandle = user.Key.UserHandle })));
        refused.Add(await RefusedAsync(await app.LogInWithPasskeyAsync(unknown)));
        refused.Add(
            await RefusedAsync(
                await app.LogInWithPasskeyAsync(new SoftAuthenticator { CredentialId = user.Key.CredentialId }, new() { UserHandle = user.Key.UserHandle })));

        // A removed passkey, and one of a deleted account.
        await (await other.Http.RemoveAsync($"{PasskeySteps.Passkeys}/{other.PasskeyId}")).ShouldBeAsync(HttpStatusCode.NoContent);
        refused.Add(await RefusedAsync(await app.LogInWithPasskeyAsync(other.Key)));
        await (await app.LogInWithPasskeyAsync(user.Key)).ShouldBeAsync(HttpStatusCode.OK);
        await app.SqlAsync("DELETE FROM users WHERE id = $1", user.User.Id);
        refused.Add(await RefusedAsync(await app.LogInWithPasskeyAsync(user.Key)));

        Assert.Single(refused);
    }

    /// <remarks>Options are valid for five minutes, and those of a login only for a login.</remarks>
    [Fact]
    public async Task A_challenge_lasts_five_minutes_and_serves_one_purpose()
    {
        var user = await app.SignUpWithPasskeyAsync();
        var (early, late) = (await app.BeginPasskeyLoginAsync(), await app.BeginPasskeyLoginAsync());

        app.Clock.Advance(TimeSpan.FromSeconds(299));
        var registration = await (await app.SignUpAsync()).Http.BeginPasskeyAsync();
        await (await app.FinishPasskeyLoginAsync(early, user.Key.Get(early.Options))).ShouldBeAsync(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await RefusedAsync(await app.FinishPasskeyLoginAsync(late, user.Key.Get(late.Options)));
        await RefusedAsync(
            await app.FinishPasskeyLoginAsync(
                late with { Token = registration.Token },
                user.Key.Get(late.Options, new() { Challenge = registration.Options.GetProperty("challenge").GetString() })));
    }

    /// <remarks>A counter that doesn't increase suggests a cloned passkey (WebAuthn, section 6.1.1).</remarks>
    [Fact]
    public async Task A_counter_that_does_not_increase_is_refused_and_logged()
    {
        var user = await app.SignUpWithPasskeyAsync();
        var logged = app.Log.Length;
        user.Key.SignCount = 10;
        await (await app.LogInWithPasskeyAsync(user.Key)).ShouldBeAsync(HttpStatusCode.OK);

        user.Key.SignCount = 10;
        await RefusedAsync(await app.LogInWithPasskeyAsync(user.Key));
        user.Key.SignCount = 4;
        await RefusedAsync(await app.LogInWithPasskeyAsync(user.Key));

        Assert.Equal(
            2,
            app.Log[logged..].Split('\n')
                .Count(line => line.StartsWith("Warning: Passkey refused because it may have been cloned", StringComparison.Ordinal)));
        user.Key.SignCount = 11;
        await (await app.LogInWithPasskeyAsync(user.Key)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(12L, await app.SqlAsync("SELECT sign_count FROM passkeys WHERE id = $1", user.PasskeyId));
    }

    /// <remarks>A passkey and its clone answer two challenges at the same time.</remarks>
    [Fact]
    public async Task One_counter_value_works_for_one_login_in_parallel_too()
    {
        var user = await app.SignUpWithPasskeyAsync();
        var ceremonies = await Concurrently.RunAsync(16, _ => app.BeginPasskeyLoginAsync());
        JsonObject[] answers = [.. ceremonies.Select(ceremony =>
        {
            user.Key.SignCount = 6;
            return user.Key.Get(ceremony.Options);
        })];

        var statuses = await Concurrently.StatusesAsync(16, index => app.FinishPasskeyLoginAsync(ceremonies[index], answers[index]));

        Assert.Single(statuses, HttpStatusCode.OK);
        Assert.Equal(15, statuses.Count(status => status == HttpStatusCode.Unauthorized));
    }

    /// <remarks>Only the owner of the passkey learns that.</remarks>
    [Fact]
    public async Task A_disabled_account_gets_no_session()
    {
        var user = await app.SignUpWithPasskeyAsync();
        await app.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", user.User.Id);

        await (await app.LogInWithPasskeyAsync(user.Key)).ShouldBeProblemAsync(403, "account_disabled");
        await RefusedAsync(await app.LogInWithPasskeyAsync(user.Key, new() { IsSignatureTampered = true }));
    }

    /// <remarks>Failed passwords are guesses by other clients, but a passkey can't be guessed.</remarks>
    [Fact]
    public async Task Wrong_passwords_do_not_delay_passkeys()
    {
        var user = await app.SignUpWithPasskeyAsync();
        for (var time = 0; time < 6; time++)
        {
            await app.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.User.Email, password = "not the password" });
        }

        await (await app.LogInWithPasskeyAsync(user.Key)).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>The browser creates the credential and the client passes it on, so any object is a well-formed response, if a wrong one.</remarks>
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"id": null}""")]
    [InlineData("""{"id": 1, "type": [], "response": "x"}""")]
    [InlineData("""{"id": "AA", "rawId": "AA", "type": "public-key", "clientExtensionResults": {}, "response": {}}""")]
    [InlineData("""{"id": "AA", "rawId": "AA", "type": "public-key", "clientExtensionResults": {}, "response": null}""")]
    [InlineData(
        """{"id": "", "type": "public-key", "clientExtensionResults": null, "response": {"clientDataJSON": "", "authenticatorData": "", "signature": "","""
            + """ "userHandle": ""}}""")]
    [InlineData(
        """{"id": "AA", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON": "bnVsbA", "authenticatorData": "AA","""
            + """ "signature": "AA", "userHandle": "AA"}}""")]
    [InlineData(
        """{"id": "AA", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature":"""
            + """ "AA", "userHandle": "HANDLE"}}""")]
    [InlineData(
        """{"id": "ID", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature":"""
            + """ "AA", "userHandle": "HANDLE"}}""")]
    [InlineData(
        """{"id": "ID", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON": "\u0000", "authenticatorData": "***","""
            + """ "signature": "😀", "userHandle": "HANDLE"}}""")]
    [InlineData(
        """{"id": "\ud800", "type": "\ud800", "clientExtensionResults": {}, "response": {"clientDataJSON": "\ud800", "authenticatorData": "\ud800","""
            + """ "signature": "\ud800"}}""")]
    [InlineData("""{"a": {"b": {"c": {"d": {"e": {"f": [[[[[]]]]]}}}}}}""")]
    public async Task Garbage_is_no_passkey(string credential)
    {
        var user = await app.SignUpWithPasskeyAsync();
        var ceremony = await app.BeginPasskeyLoginAsync();
        credential = credential.Replace("HANDLE", user.Key.UserHandle, StringComparison.Ordinal)
            .Replace("\"ID\"", $"\"{System.Buffers.Text.Base64Url.EncodeToString(user.Key.CredentialId)}\"", StringComparison.Ordinal);

        await RefusedAsync(
            await app.Anonymous().PostTextAsync(PasskeySteps.LogIn, $$"""{"passkey_token": "{{ceremony.Token}}", "credential": {{credential}}}"""));
    }

    /// <remarks>Such a body is refused before it is parsed or anything is looked up.</remarks>
    [Fact]
    public async Task A_body_that_no_route_accepts_is_refused_first()
    {
        var ceremony = await app.BeginPasskeyLoginAsync();
        var deep = string.Concat(Enumerable.Repeat("[", 40)) + string.Concat(Enumerable.Repeat("]", 40));

        await (await PostAsync($$"""{"a": {{deep}}}""")).ShouldBeProblemAsync(400, "malformed_request");
        await (await PostAsync($$"""{"a": 1, "a": 2}""")).ShouldBeProblemAsync(400, "malformed_request");
        await (await PostAsync($$"""{"a": "{{new string('a', 70_000)}}"}""")).ShouldBeProblemAsync(413, "payload_too_large");
        await RefusedAsync(await PostAsync($$"""{"a": "{{new string('a', 60_000)}}"}"""));

        Task<HttpResponseMessage> PostAsync(string credential) =>
            app.Anonymous().PostTextAsync(PasskeySteps.LogIn, $$"""{"passkey_token": "{{ceremony.Token}}", "credential": {{credential}}}""");
    }

    /// <summary>Asserts the uniform refusal, without the parts that differ between requests.</summary>
    private static async Task<string> RefusedAsync(HttpResponseMessage response)
    {
        var problem = await response.ShouldBeProblemAsync(401, "invalid_credentials");
        return string.Join('\n', problem.EnumerateObject().Where(field => field.Name != "trace_id"));
    }
}
