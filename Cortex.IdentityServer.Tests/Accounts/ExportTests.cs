using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <remarks>The export contains everything that the server stores about the caller, as JSON, without any secret.</remarks>
public sealed class ExportTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/me/export";

    [Fact]
    public async Task The_export_contains_everything_about_the_caller()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var (id, http) = (user.User.Id, user.Http);
        var (keyId, _) = await CortexApp.GenerateKeyAsync(http, "introspect");
        await app.SqlAsync(
            "INSERT INTO usage_logs (user_id, api_key_id, endpoint, tokens_used, cost_usd, provider) VALUES ($1, $2, '/marked-endpoint', 7, 0.125, "
                + "'marked-provider')",
            id, keyId);
        await app.SqlAsync(
            """INSERT INTO billing_events (user_id, event_type, polar_event_id, data) VALUES ($1, 'order.paid', 'marked-event', '{"marked":true}')""", id);
        await app.MakeAdminAsync(id);

        var export = await (await http.FetchAsync(Route)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(
            [
                "exported_at", "account", "roles", "sessions", "login_addresses", "api_keys", "passkeys", "recovery_codes_left", "usage",
                "billing_events", "subscriptions", "events",
            ],
            export.EnumerateObject().Select(field => field.Name));
        Assert.Equal((await (await http.FetchAsync("/api/v1/auth/me")).JsonAsync(HttpStatusCode.OK)).GetRawText(), export.GetProperty("account").GetRawText());
        Assert.Equal("admin", Assert.Single(export.GetProperty("roles").EnumerateArray()).GetString());
        Assert.Equal("127.0.0.1", Assert.Single(export.GetProperty("sessions").EnumerateArray()).GetProperty("ip").GetString());
        Assert.Equal("127.0.0.1", Assert.Single(export.GetProperty("login_addresses").EnumerateArray()).GetProperty("network").GetString());
        Assert.Equal(keyId, Assert.Single(export.GetProperty("api_keys").EnumerateArray()).GetProperty("id").GetGuid());
        Assert.Equal(10, export.GetProperty("recovery_codes_left").GetInt32());
        var usage = Assert.Single(export.GetProperty("usage").EnumerateArray());
        Assert.Equal(("/marked-endpoint", 7, 0.125m, "marked-provider", keyId), (
            usage.GetProperty("endpoint").GetString(),
            usage.GetProperty("tokens_used").GetInt32(),
            usage.GetProperty("cost_usd").GetDecimal(),
            usage.GetProperty("provider").GetString(),
            usage.GetProperty("api_key_id").GetGuid()));
        Assert.Equal("""{"marked":true}""", Assert.Single(export.GetProperty("billing_events").EnumerateArray()).GetProperty("data").GetString());
        var actions = export.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("action").GetString()).ToList();
        Assert.Superset(
            new HashSet<string?> { "user.registered", "login.succeeded", "two_factor.enabled", "api_key.created", "user.exported" }, actions.ToHashSet());
    }

    [Fact]
    public async Task The_export_contains_no_secret()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var (id, http) = (user.User.Id, user.Http);
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        const string Legacy = "marked-legacy-key-in-export";
        await app.SqlAsync("UPDATE users SET api_key = $2 WHERE id = $1", id, Legacy);
        var reset = await app.ResetTokenAsync(user.User.Email);
        var refreshed = Tokens.Of(
            await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = user.Tokens.RefreshToken })).JsonAsync(HttpStatusCode.OK));

        var text = await (await http.FetchAsync(Route)).TextAsync();

        List<string> secrets =
        [
            user.User.Password, user.Secret, .. user.RecoveryCodes, key, Legacy, reset, user.Tokens.AccessToken, user.Tokens.RefreshToken,
            refreshed.RefreshToken,
        ];
        foreach (var column in new[] { "password_hash", "two_factor_secret", "security_stamp", "concurrency_stamp" })
        {
            if (await app.SqlAsync("SELECT count(*) FROM information_schema.columns WHERE table_name = 'users' AND column_name = $1", column) is 1L)
            {
                secrets.Add((string)(await app.SqlAsync($"SELECT {column} FROM users WHERE id = $1", id))!);
            }
        }

        secrets.Add((string)(await app.SqlAsync("SELECT key_hash FROM api_keys WHERE user_id = $1", id))!);
        secrets.Add((string)(await app.SqlAsync("SELECT encode(code_hash, 'hex') FROM recovery_codes WHERE user_id = $1 LIMIT 1", id))!);
        secrets.Add((string)(await app.SqlAsync("SELECT encode(code_hash, 'base64') FROM recovery_codes WHERE user_id = $1 LIMIT 1", id))!);
        secrets.Add(((Guid)(await app.SqlAsync("SELECT id FROM one_time_tokens WHERE user_id = $1 AND purpose = 'reset_password'", id))!).ToString());
        Assert.True(secrets.Count > 20);
        Assert.Contains(user.User.Email, text, StringComparison.Ordinal);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_export_contains_a_thousand_usage_rows_in_order()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync(
            "INSERT INTO usage_logs (user_id, endpoint, created_at) SELECT $1, '/call/' || n, now() + n * interval '1 second' FROM "
                + "generate_series(1, 1000) AS n",
            user.Id);

        var export = await (await http.FetchAsync(Route)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(
            Enumerable.Range(1, 1000).Select(n => $"/call/{n}"),
            export.GetProperty("usage").EnumerateArray().Select(row => row.GetProperty("endpoint").GetString()));

        // This would exhaust the connection pool if each export held a connection until its end.
        var answers = await Concurrently.StatusesAsync(60, _ => http.FetchAsync(Route));
        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task The_export_contains_nothing_about_other_users()
    {
        var (other, _, otherHttp) = await app.SignUpAsync();
        await CortexApp.GenerateKeyAsync(otherHttp);
        await app.SqlAsync("INSERT INTO usage_logs (user_id, endpoint) VALUES ($1, '/of-another-user')", other.Id);
        var (_, _, http) = await app.SignUpAsync();

        var text = await (await http.FetchAsync(Route)).TextAsync();

        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(text).RootElement.ValueKind);
        Assert.DoesNotContain(other.Id.ToString(), text, StringComparison.Ordinal);
        Assert.DoesNotContain(other.Email, text, StringComparison.Ordinal);
        Assert.DoesNotContain("/of-another-user", text, StringComparison.Ordinal);
        Assert.Empty(JsonDocument.Parse(text).RootElement.GetProperty("api_keys").EnumerateArray());
    }

    [Fact]
    public async Task The_export_is_never_cached_and_available_only_to_a_session()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        Assert.True((await http.FetchAsync(Route)).Headers.CacheControl?.NoStore);
        await (await app.WithKey(key).FetchAsync(Route)).ShouldBeProblemAsync(403, "forbidden");
        await (await app.Anonymous().FetchAsync(Route)).ShouldBeProblemAsync(401, "unauthenticated");
    }
}
