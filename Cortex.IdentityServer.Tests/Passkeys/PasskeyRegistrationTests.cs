using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Passkeys;

/// <summary>How an authenticator's key becomes a passkey.</summary>
public sealed class PasskeyRegistrationTests(CortexApp app) : IClassFixture<CortexApp>
{
    /// <remarks>WebAuthn, section 5.4: the options that <c>navigator.credentials.create()</c> expects, with an unpredictable challenge.</remarks>
    [Fact]
    public async Task The_options_are_what_a_browser_expects()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (first, second) = (new SoftAuthenticator(), new SoftAuthenticator());
        await http.AddPasskeyAsync(first);
        await http.AddPasskeyAsync(second);

        var response = await http.PostNothingAsync(PasskeySteps.Passkeys + "/options");

        Assert.True(response.Headers.CacheControl?.NoStore);
        var options = PasskeyCeremony.Of(await response.JsonAsync(HttpStatusCode.OK)).Options;
        Assert.Equal("localhost", options.GetProperty("rp").GetProperty("id").GetString());
        Assert.Equal("Cortex Memory", options.GetProperty("rp").GetProperty("name").GetString());
        Assert.Equal(user.Email, options.GetProperty("user").GetProperty("name").GetString());
        Assert.Equal(user.Id.ToString(), System.Text.Encoding.ASCII.GetString(Bytes(options.GetProperty("user").GetProperty("id"))));
        Assert.True(Bytes(options.GetProperty("challenge")).Length >= 32);
        Assert.Equal("none", options.GetProperty("attestation").GetString());
        Assert.Equal("required", options.GetProperty("authenticatorSelection").GetProperty("residentKey").GetString());
        Assert.Contains(options.GetProperty("pubKeyCredParams").EnumerateArray(), parameters => parameters.GetProperty("alg").GetInt32() == -7);
        Assert.Equal(
            new[] { first, second }.Select(key => Base64Url.EncodeToString(key.CredentialId)),
            options.GetProperty("excludeCredentials").EnumerateArray().Select(credential => credential.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_correct_response_becomes_a_passkey()
    {
        var (user, _, http) = await app.SignUpAsync();
        var ceremony = await http.BeginPasskeyAsync();
        var key = new SoftAuthenticator();

        var made = await (await http.RegisterPasskeyAsync(ceremony, key.Create(ceremony.Options), "Ada's phone 📱")).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(["id", "name", "created_at", "last_used_at", "is_backed_up", "transports"], made.EnumerateObject().Select(field => field.Name));
        Assert.Equal("Ada's phone 📱", made.GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Null, made.GetProperty("last_used_at").ValueKind);
        Assert.Equal(app.Clock.GetUtcNow(), made.GetProperty("created_at").GetDateTimeOffset(), TimeSpan.FromSeconds(1));
        Assert.Equal(["internal", "hybrid"], made.GetProperty("transports").EnumerateArray().Select(transport => transport.GetString()));
        Assert.Equal(user.Id, await app.SqlAsync("SELECT user_id FROM passkeys WHERE credential_id = $1 AND is_user_verified", key.CredentialId));
        await (await app.LogInWithPasskeyAsync(key)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_a_name_it_is_named_after_the_date_and_invalid_transports_are_dropped()
    {
        var (_, _, http) = await app.SignUpAsync();
        var ceremony = await http.BeginPasskeyAsync();

        var made = await (await http.RegisterPasskeyAsync(
            ceremony, new SoftAuthenticator().Create(ceremony.Options, new() { Transports = ["usb", "a\0b", "USB; DROP", new('x', 33), "usb", "nfc"] })))
            .JsonAsync(HttpStatusCode.Created);

        Assert.Equal($"Passkey {app.Clock.GetUtcNow():yyyy-MM-dd}", made.GetProperty("name").GetString());
        Assert.Equal(["usb", "nfc"], made.GetProperty("transports").EnumerateArray().Select(transport => transport.GetString()));
    }

    /// <remarks>Other sessions end (OWASP ASVS 7.4.3), and so does a pending login.</remarks>
    [Fact]
    public async Task A_new_passkey_ends_other_sessions_and_pending_logins()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var other = Tokens.Of(await (await app.SubmitCodeAsync(await app.ChallengeAsync(user.User), app.Code(user.Secret))).JsonAsync(HttpStatusCode.OK));
        app.NextStep();
        var underWay = await app.ChallengeAsync(user.User);

        await user.Http.AddPasskeyAsync(new());

        await (await app.WithToken(other.AccessToken).FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "session_revoked");
        await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = other.RefreshToken }))
            .ShouldBeProblemAsync(401, "invalid_refresh_token");
        await (await user.Http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.SubmitCodeAsync(underWay, app.Code(user.Secret))).ShouldBeProblemAsync(401, "invalid_token");
        Assert.Equal("passkeys_changed", await app.SqlAsync("SELECT end_reason FROM sessions WHERE user_id = $1 AND ended_at IS NOT NULL", user.User.Id));
    }

    /// <remarks>A stolen session alone must not be able to add a factor (OWASP ASVS 7.5.1).</remarks>
    [Fact]
    public async Task A_login_of_ten_minutes_ago_is_too_old()
    {
        var (_, _, http) = await app.SignUpAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(9));
        var ceremony = await http.BeginPasskeyAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(1));

        await (await http.PostNothingAsync(PasskeySteps.Passkeys + "/options")).ShouldBeProblemAsync(401, "reauthentication_required");
        await (await http.RegisterPasskeyAsync(ceremony, new SoftAuthenticator().Create(ceremony.Options)))
            .ShouldBeProblemAsync(401, "reauthentication_required");
    }

    /// <remarks>A recorded response must not register a passkey again, or for another user.</remarks>
    [Fact]
    public async Task A_response_works_once_for_the_same_user_and_for_five_minutes()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (_, _, other) = await app.SignUpAsync();
        var (first, second, late) = (await http.BeginPasskeyAsync(), await http.BeginPasskeyAsync(), await http.BeginPasskeyAsync());

        // Another user's response is refused and uses up nothing.
        await InvalidAsync(await other.RegisterPasskeyAsync(first, new SoftAuthenticator().Create(first.Options)), "passkey_token");
        await (await http.RegisterPasskeyAsync(first, new SoftAuthenticator().Create(first.Options))).ShouldBeAsync(HttpStatusCode.Created);
        await InvalidAsync(await http.RegisterPasskeyAsync(first, new SoftAuthenticator().Create(first.Options)), "passkey_token");

        // A wrong response uses up the challenge.
        await InvalidAsync(await http.RegisterPasskeyAsync(second, new SoftAuthenticator().Create(first.Options)), "credential");
        await InvalidAsync(await http.RegisterPasskeyAsync(second, new SoftAuthenticator().Create(second.Options)), "passkey_token");

        app.Clock.Advance(TimeSpan.FromMinutes(5));
        await InvalidAsync(await http.RegisterPasskeyAsync(late, new SoftAuthenticator().Create(late.Options)), "passkey_token");
        var login = await app.BeginPasskeyLoginAsync();
        await InvalidAsync(await http.RegisterPasskeyAsync(late with { Token = login.Token }, new SoftAuthenticator().Create(late.Options)), "passkey_token");
    }

    /// <remarks>WebAuthn, section 7.1: the checks that a server makes.</remarks>
    [Fact]
    public async Task Every_flaw_in_a_response_is_refused()
    {
        var (user, _, http) = await app.SignUpAsync();
        foreach (var tampering in new Tampering[]
        {
            new() { Origin = "https://evil.test" }, new() { Origin = "http://localhost:5001" }, new() { CrossOrigin = true }, new() { RpId = "evil.test" },
            new() { Type = "webauthn.get" }, new() { Challenge = "AAAAAAAAAAAAAAAAAAAAAA" }, new() { IsUserAbsent = true },
        })
        {
            var ceremony = await http.BeginPasskeyAsync();
            await InvalidAsync(await http.RegisterPasskeyAsync(ceremony, new SoftAuthenticator().Create(ceremony.Options, tampering)), "credential");
        }

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM passkeys WHERE user_id = $1", user.Id));
    }

    [Fact]
    public async Task A_credential_is_registered_once_across_all_users()
    {
        var owner = await app.SignUpWithPasskeyAsync();
        foreach (var http in new[] { owner.Http, (await app.SignUpAsync()).Http })
        {
            var ceremony = await http.BeginPasskeyAsync();
            await InvalidAsync(
                await http.RegisterPasskeyAsync(ceremony, new SoftAuthenticator { CredentialId = owner.Key.CredentialId }.Create(ceremony.Options)),
                "credential");
        }

        await (await app.LogInWithPasskeyAsync(owner.Key)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_credential_that_two_users_register_at_once_belongs_to_one()
    {
        var people = await Concurrently.RunAsync(4, _ => app.SignUpAsync());
        var ceremonies = await Concurrently.RunAsync(4, index => people[index].Http.BeginPasskeyAsync());
        var id = RandomNumberGenerator.GetBytes(16);

        var statuses = await Concurrently.StatusesAsync(
            4,
            index => people[index].Http.RegisterPasskeyAsync(
                ceremonies[index], new SoftAuthenticator { CredentialId = id }.Create(ceremonies[index].Options)));

        Assert.Single(statuses, HttpStatusCode.Created);
        Assert.Equal(3, statuses.Count(status => status == HttpStatusCode.BadRequest));
    }

    /// <remarks>The limit is checked when the passkey is added, also for parallel requests.</remarks>
    [Fact]
    public async Task Sixteen_registrations_at_once_leave_ten_passkeys()
    {
        var (user, _, http) = await app.SignUpAsync();
        var ceremonies = await Concurrently.RunAsync(16, _ => http.BeginPasskeyAsync());

        var answers = await Concurrently.RunAsync(
            16, index => http.RegisterPasskeyAsync(ceremonies[index], new SoftAuthenticator().Create(ceremonies[index].Options)));

        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created))
        {
            await InvalidAsync(refused, "credential");
        }

        Assert.Equal(10L, await app.SqlAsync("SELECT count(*) FROM passkeys WHERE user_id = $1", user.Id));
        var problem = await InvalidAsync(await http.PostNothingAsync(PasskeySteps.Passkeys + "/options"), "credential");
        Assert.Contains("10 passkeys", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    /// <remarks>It is refused like any invalid response and never causes a server error.</remarks>
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"id": [], "type": 1, "response": {}}""")]
    [InlineData("""{"id": "AA", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON": "CLIENT", "attestationObject": ""}}""")]
    [InlineData("""{"id": "AA", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON": "CLIENT", "attestationObject": "oA"}}""")]
    [InlineData(
        """{"id": "AA", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON": "CLIENT", "attestationObject":"""
            + """ "n_____________"}}""")]
    [InlineData(
        """{"id": "AA", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON": "CLIENT", "attestationObject":"""
            + """ "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUA"}}""")]
    [InlineData(
        """{"id": "AA", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON": "CLIENT", "attestationObject":"""
            + """ "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVv__________w"}}""")]
    public async Task Garbage_is_no_passkey(string credential)
    {
        var (_, _, http) = await app.SignUpAsync();
        var ceremony = await http.BeginPasskeyAsync();
        var client = new SoftAuthenticator().Create(ceremony.Options)["response"]!["clientDataJSON"]!.GetValue<string>();
        credential = credential.Replace("CLIENT", client, StringComparison.Ordinal);

        var response = await http.PostTextAsync(PasskeySteps.Passkeys, $$"""{"passkey_token": "{{ceremony.Token}}", "credential": {{credential}}}""");

        await InvalidAsync(response, "credential");
    }

    /// <remarks>
    /// With any byte changed, an attestation is either refused, or the byte is irrelevant to the server (an id, a key, a counter); it never causes a server
    /// error.
    /// </remarks>
    [Fact]
    public async Task A_mangled_attestation_never_causes_a_server_error()
    {
        var (_, _, http) = await app.SignUpAsync();
        for (var seed = 0; seed < 60; seed++)
        {
            var ceremony = await http.BeginPasskeyAsync();
            var credential = new SoftAuthenticator().Create(ceremony.Options);
            var bytes = Base64Url.DecodeFromChars(credential["response"]!["attestationObject"]!.GetValue<string>());
            bytes[seed * bytes.Length / 60] ^= (byte)(1 << (seed % 8));
            credential["response"]!["attestationObject"] = Base64Url.EncodeToString(bytes.AsSpan(0, bytes.Length - (seed % 3)));

            var response = await http.RegisterPasskeyAsync(ceremony, credential);

            Assert.True(response.StatusCode is HttpStatusCode.Created or HttpStatusCode.BadRequest, $"{seed}: {(int)response.StatusCode}");
            await app.SqlAsync("DELETE FROM passkeys");
        }
    }

    [Theory]
    [InlineData("""{"passkey_token": "x"}""", "credential")]
    [InlineData("""{"passkey_token": "x", "credential": "x"}""", "credential")]
    [InlineData("""{"passkey_token": "x", "credential": {}, "name": ""}""", "name")]
    [InlineData("""{"passkey_token": "x", "credential": {}, "name": "a\u0000b"}""", "name")]
    [InlineData("""{"credential": {}}""", "passkey_token")]
    public async Task A_missing_or_invalid_field_is_named(string body, string field)
    {
        var (_, _, http) = await app.SignUpAsync();

        await InvalidAsync(await http.PostTextAsync(PasskeySteps.Passkeys, body), field);
        await InvalidAsync(await http.PostAsync(PasskeySteps.Passkeys, new { passkey_token = "x", credential = new { }, name = new string('a', 101) }), "name");
    }

    [Fact]
    public async Task Only_a_session_can_manage_passkeys()
    {
        var (_, key) = await CortexApp.GenerateKeyAsync((await app.SignUpAsync()).Http);
        foreach (var (http, status, code) in new[] { (app.Anonymous(), 401, "unauthenticated"), (app.WithKey(key), 403, "forbidden") })
        {
            await (await http.PostNothingAsync(PasskeySteps.Passkeys + "/options")).ShouldBeProblemAsync(status, code);
            await (await http.PostAsync(PasskeySteps.Passkeys, new { passkey_token = "x", credential = new { } })).ShouldBeProblemAsync(status, code);
            await (await http.FetchAsync(PasskeySteps.Passkeys)).ShouldBeProblemAsync(status, code);
            await (await http.PatchAsync($"{PasskeySteps.Passkeys}/{Guid.NewGuid()}", new { name = "x" })).ShouldBeProblemAsync(status, code);
            await (await http.RemoveAsync($"{PasskeySteps.Passkeys}/{Guid.NewGuid()}")).ShouldBeProblemAsync(status, code);
        }
    }

    private static byte[] Bytes(JsonElement text) => Base64Url.DecodeFromChars(text.GetString());

    private static async Task<JsonElement> InvalidAsync(HttpResponseMessage response, string field)
    {
        var problem = await response.ShouldBeProblemAsync(400, "validation_failed");
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        return problem;
    }
}
