using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Passkeys;

/// <summary>
/// End-to-end tests in a real browser with a virtual authenticator, which find mistakes that the server and our own test authenticator share. They are skipped
/// where Chromium isn't installed, except in CI, which installs it.
/// </summary>
public sealed class BrowserPasskeyTests(BrowserPasskeyTests.ReachableApp app) : IClassFixture<BrowserPasskeyTests.ReachableApp>, IAsyncLifetime
{
    /// <summary>The script of a frontend.</summary>
    private const string Frontend = """
        const post = async (path, body, token) => {
            const headers = { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) };
            const response = await fetch('/api/v1/auth' + path, { method: 'POST', headers, body: JSON.stringify(body) });
            return { status: response.status, body: await response.json() };
        };
        const register = async token => {
            const asked = (await post('/passkeys/options', {}, token)).body;
            const made = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked.options) });
            return post('/passkeys', { passkey_token: asked.passkey_token, credential: made.toJSON(), name: 'Chromium' }, token);
        };
        const answer = async (asked, more) => {
            const got = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked.options) });
            return { ...more, passkey_token: asked.passkey_token, credential: got.toJSON() };
        };
        const logIn = async () => answer((await post('/login/passkey/options', {})).body);
        """;

    private Chromium _browser = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Chromium.Binary is not null || Environment.GetEnvironmentVariable("CI") == "true", "chromium is not installed");
        _browser = await Chromium.StartAsync();
        try
        {
            await _browser.OpenAsync(new Uri(app.PublicUrl, "/health/live"));
            await _browser.SendAsync("WebAuthn.enable");
            await _browser.SendAsync("WebAuthn.addVirtualAuthenticator", new
            {
                options = new { protocol = "ctap2", transport = "internal", hasResidentKey = true, hasUserVerification = true, isUserVerified = true },
            });
            await _browser.EvaluateAsync(Frontend);
        }
        catch
        {
            // If initialization failed, nothing needs to be disposed.
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_passkey_is_registered_and_logs_in_and_its_response_works_once()
    {
        var (user, tokens, http) = await app.SignUpAsync();

        var registered = await ShouldBeAsync(201, $"register('{tokens.AccessToken}')");
        Assert.Equal("Chromium", registered.GetProperty("name").GetString());
        Assert.Equal(["internal"], registered.GetProperty("transports").EnumerateArray().Select(transport => transport.GetString()));

        var loggedIn = await ShouldBeAsync(200, "logIn().then(sent => post('/login/passkey', window.sent = sent))");
        var session = Jwt.Read(loggedIn.GetProperty("access_token").GetString()!).Payload;
        Assert.Equal(user.Id.ToString(), session["sub"]!.GetValue<string>());
        Assert.Equal("""["hwk","user","mfa"]""", session["amr"]!.ToJsonString());

        // Send the same response again, and again with a new challenge.
        var replayed = await ShouldBeAsync(401, "post('/login/passkey', window.sent)");
        Assert.Equal("invalid_credentials", replayed.GetProperty("code").GetString());
        await ShouldBeAsync(
            401, "post('/login/passkey/options', {}).then(asked => post('/login/passkey', { ...window.sent, passkey_token: asked.body.passkey_token }))");
        await ShouldBeAsync(200, "logIn().then(sent => post('/login/passkey', sent))");
        Assert.Single((await (await http.FetchAsync(PasskeySteps.Passkeys)).JsonAsync(HttpStatusCode.OK)).EnumerateArray());
    }

    [Fact]
    public async Task A_browser_registers_an_authenticator_once()
    {
        var (_, tokens, _) = await app.SignUpAsync();
        await ShouldBeAsync(201, $"register('{tokens.AccessToken}')");

        // The browser itself refuses, because the options name the existing passkey.
        var refusal = await _browser.EvaluateAsync($"register('{tokens.AccessToken}').then(() => 'registered', failure => failure.name)");

        Assert.Equal("InvalidStateError", refusal.GetString());
    }

    [Fact]
    public async Task A_passkey_is_a_second_factor()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await ShouldBeAsync(201, $"register('{user.Tokens.AccessToken}')");
        var token = await app.ChallengeAsync(user.User);

        var loggedIn = await ShouldBeAsync(200, $$"""
            post('/login/2fa/passkey/options', { two_factor_token: '{{token}}' })
                .then(asked => answer(asked.body, { two_factor_token: '{{token}}' }))
                .then(sent => post('/login/2fa/passkey', window.sent = sent))
            """);

        Assert.Equal("""["pwd","hwk","mfa"]""", Jwt.Read(loggedIn.GetProperty("access_token").GetString()!).Payload["amr"]!.ToJsonString());
        await ShouldBeAsync(401, "post('/login/2fa/passkey', window.sent)");
        var next = await app.ChallengeAsync(user.User);
        var replayed = await ShouldBeAsync(401, $"post('/login/2fa/passkey', {{ ...window.sent, two_factor_token: '{next}' }})");
        Assert.Equal("invalid_two_factor_code", replayed.GetProperty("code").GetString());
    }

    private async Task<JsonElement> ShouldBeAsync(int status, string call)
    {
        var answer = await _browser.EvaluateAsync(call);
        Assert.True(answer.GetProperty("status").GetInt32() == status, answer.ToString());
        return answer.GetProperty("body");
    }

    /// <summary>The server under a name that browsers accept for passkeys: they allow only HTTPS and localhost.</summary>
    public sealed class ReachableApp(PostgresCluster cluster) : CortexApp(cluster)
    {
        private readonly int _port = FreePort();

        public Uri PublicUrl => new($"http://localhost:{_port}");

        protected override IEnumerable<(string Name, string Value)> Settings =>
            [("urls", $"http://127.0.0.1:{_port}"), ("PUBLIC_URL", PublicUrl.GetLeftPart(UriPartial.Authority))];

        private static int FreePort()
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            return ((IPEndPoint)free.LocalEndpoint).Port;
        }
    }
}
