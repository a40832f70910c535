using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Passkeys;

/// <summary>A server that an Android app and another website use.</summary>
public sealed class RelatedOriginsApp(PostgresCluster cluster) : CortexApp(cluster)
{
    public const string AndroidApp = "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("CORS_ORIGINS", "https://app.example.com,http://localhost:3000"), ("PASSKEY_ORIGINS", $"{AndroidApp}, https://App.example.org:443/")];
}

/// <remarks>What authenticators, apps, and password managers send differently from a browser on the server's own site.</remarks>
public sealed class PasskeyFieldTests(RelatedOriginsApp app) : IClassFixture<RelatedOriginsApp>
{
    private const string Path = "/.well-known/webauthn";

    public static TheoryData<string, Action<JsonObject>> EmptyMembers => new()
    {
        { "userHandle is an empty text", credential => credential["response"]!["userHandle"] = "" },
        { "userHandle is null", credential => credential["response"]!["userHandle"] = null },
        { "userHandle is missing", credential => credential["response"]!.AsObject().Remove("userHandle") },
        { "authenticatorAttachment is an empty text", credential => credential["authenticatorAttachment"] = "" },
        { "authenticatorAttachment is null", credential => credential["authenticatorAttachment"] = null },
        { "clientExtensionResults is null", credential => credential["clientExtensionResults"] = null },
        { "clientExtensionResults is missing", credential => credential.Remove("clientExtensionResults") },
    };

    [Theory]
    [InlineData(RelatedOriginsApp.AndroidApp)]
    [InlineData("https://app.example.org")]
    [InlineData("https://app.example.com")]
    public async Task An_app_and_another_website_that_the_operator_named_may_use_passkeys(string origin)
    {
        var (_, _, http) = await app.SignUpAsync();
        var key = new SoftAuthenticator();
        var ceremony = await http.BeginPasskeyAsync();

        await (await http.RegisterPasskeyAsync(ceremony, key.Create(ceremony.Options, new() { Origin = origin }))).ShouldBeAsync(HttpStatusCode.Created);
        await (await app.LogInWithPasskeyAsync(key, new() { Origin = origin })).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.LogInWithPasskeyAsync(key, new() { Origin = "android:apk-key-hash:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA" }))
            .ShouldBeProblemAsync(401, "invalid_credentials");
    }

    [Fact]
    public async Task Browsers_learn_which_websites_may_use_passkeys()
    {
        foreach (var origin in new[] { null, "https://app.example.com", "https://anybody.example.net" })
        {
            var http = app.Anonymous();
            if (origin is not null)
            {
                http.DefaultRequestHeaders.Add("Origin", origin);
            }

            var answer = await http.FetchAsync(Path);
            var origins = (await answer.JsonAsync(HttpStatusCode.OK)).GetProperty("origins");

            Assert.Equal(["https://app.example.com", "https://app.example.org"], origins.EnumerateArray().Select(element => element.GetString()));
            Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal("public, max-age=300", answer.Headers.CacheControl?.ToString());
            Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        }
    }

    [Fact]
    public async Task Password_managers_learn_where_passkeys_are_managed()
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var request = new HttpRequestMessage(method, "/.well-known/passkey-endpoints");
            request.Headers.Add("Origin", "https://anybody.example.net");

            var answer = await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(
                method == HttpMethod.Head ? "" : $$"""{"enroll":"{{CortexApp.Issuer}}/account/security","manage":"{{CortexApp.Issuer}}/account/security"}""",
                await answer.TextAsync());
            Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal("public, max-age=300", answer.Headers.CacheControl?.ToString());
            Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
            Assert.Equal("cross-origin", answer.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
            Assert.True(answer.Headers.Contains("RateLimit-Limit"));
        }
    }

    [Fact]
    public async Task The_pages_for_passkeys_exist()
    {
        var pages = await (await app.Anonymous().FetchAsync("/.well-known/passkey-endpoints")).JsonAsync(HttpStatusCode.OK);

        foreach (var page in pages.EnumerateObject())
        {
            await (await app.Anonymous().FetchAsync(new Uri(page.Value.GetString()!).AbsolutePath)).ShouldBeAsync(HttpStatusCode.OK);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_passkey_keeps_working_when_an_update_changes_its_backup_eligibility(bool before)
    {
        var key = new SoftAuthenticator { SyncsKeys = before };
        var user = await app.SignUpWithPasskeyAsync(key);

        foreach (var syncs in new[] { !before, before, before })
        {
            key.SyncsKeys = syncs;
            await (await app.LogInWithPasskeyAsync(key)).ShouldBeAsync(HttpStatusCode.OK);

            Assert.Equal(syncs, await app.SqlAsync("SELECT is_backup_eligible AND is_backed_up FROM passkeys WHERE id = $1", user.PasskeyId));
        }

        await (await app.LogInWithPasskeyAsync(key, new() { IsSignatureTampered = true })).ShouldBeProblemAsync(401, "invalid_credentials");
    }

    [Theory]
    [MemberData(nameof(EmptyMembers))]
    public async Task A_second_factor_with_an_empty_member_is_like_one_without_it(string what, Action<JsonObject> change)
    {
        Assert.NotEmpty(what);
        var user = await app.SignUpWithTwoFactorAsync();
        var key = new SoftAuthenticator();
        await user.Http.AddPasskeyAsync(key);
        var token = await app.ChallengeAsync(user.User);
        var ceremony = await app.BeginSecondFactorAsync(token);

        await (await app.FinishSecondFactorAsync(token, ceremony, key.Get(ceremony.Options, new() { Members = change }))).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    public async Task A_registration_without_transports_or_extensions_is_accepted(string transports)
    {
        var (_, _, http) = await app.SignUpAsync();
        var ceremony = await http.BeginPasskeyAsync();
        var credential = new SoftAuthenticator().Create(ceremony.Options, new()
        {
            Members = made =>
            {
                made["response"]!["transports"] = JsonNode.Parse(transports);
                made.Remove("clientExtensionResults");
                made["authenticatorAttachment"] = "";
            },
        });

        var passkey = await (await http.RegisterPasskeyAsync(ceremony, credential)).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(JsonValueKind.Array, passkey.GetProperty("transports").ValueKind);
    }

    [Theory]
    [InlineData(
        """{"id":"AAAA","type":"public-key","clientExtensionResults":{}"""
            + ""","response":{"authenticatorData":"\ud800","clientDataJSON":"AAAA","signature":"AAAA"}}""")]
    [InlineData(
        """{"id":"AAAA","type":"public-key","response":{"authenticatorData":"AAAA","userHandle":"\udc00","transports":"\ud800"}"""
            + ""","authenticatorAttachment":"\ud800"}""")]
    [InlineData("""{"\ud800":1,"response":{"\ud800":""}}""")]
    public async Task An_unpaired_surrogate_anywhere_in_a_credential_is_refused(string credential)
    {
        var ceremony = await app.BeginPasskeyLoginAsync();
        var body = $$"""{"passkey_token":"{{ceremony.Token}}","credential":{{credential}}}""";
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        var answer = await app.Anonymous().PostAsync(new Uri(PasskeySteps.LogIn, UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Contains((int)answer.StatusCode, new[] { 400, 401 });
    }

    /// <remarks>The problem names the field, so that the client's developer can find the mistake.</remarks>
    [Theory]
    [InlineData("""{"passkey_token": "x"}""", "credential")]
    [InlineData("""{"passkey_token": "x", "credential": null}""", "credential")]
    [InlineData("""{"passkey_token": "x", "credential": []}""", "credential")]
    [InlineData("""{"passkey_token": "x", "credential": "{}"}""", "credential")]
    [InlineData("""{"passkey_token": "x", "credential": 1}""", "credential")]
    [InlineData("""{"credential": {}}""", "passkey_token")]
    [InlineData("""{"passkey_token": null, "credential": {}}""", "passkey_token")]
    [InlineData("""{"passkey_token": 1, "credential": {}}""", "passkey_token")]
    public async Task A_field_that_is_missing_or_has_another_type_is_named(string body, string field)
    {
        var problem = await (await app.Anonymous().PostTextAsync(PasskeySteps.LogIn, body)).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    /// <remarks>Another user's handle isn't one of these cases.</remarks>
    [Fact]
    public async Task A_second_factor_that_names_another_user_is_refused()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var key = new SoftAuthenticator();
        await user.Http.AddPasskeyAsync(key);
        var token = await app.ChallengeAsync(user.User);
        var ceremony = await app.BeginSecondFactorAsync(token);

        await (await app.FinishSecondFactorAsync(token, ceremony, key.Get(ceremony.Options, new() { UserHandle = "AAAA" })))
            .ShouldBeProblemAsync(401, "invalid_two_factor_code");
    }
}
