using System.Globalization;
using System.Net;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.ApiKeys;

/// <remarks>A key is shown once, only its hash is stored (OWASP ASVS 13.3.1), and its owner is the caller (CVE-2025-61928).</remarks>
public sealed class GenerateApiKeyTests(SharedUserApp app) : IClassFixture<SharedUserApp>
{
    private const string Route = "/api/v1/auth/api-keys/generate";

    [Fact]
    public async Task A_key_is_shown_once_with_these_fields()
    {
        var (user, _, http) = await app.CallerAsync();

        var answer = await http.PostAsync(Route, new { name = "CI", scopes = new[] { "introspect", "memory:read" }, expires_in_days = 30 });

        Assert.Equal("no-store", answer.Headers.GetValues("Cache-Control").Single());
        var key = await answer.JsonAsync(HttpStatusCode.Created);
        Assert.Equal(
            ["id", "name", "key", "prefix", "scopes", "is_active", "created_at", "expires_at", "last_used_at", "monthly_quota"],
            key.EnumerateObject().Select(field => field.Name));
        Assert.Equal("CI", key.GetProperty("name").GetString());
        Assert.Equal(["introspect", "memory:read"], key.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
        Assert.True(key.GetProperty("is_active").GetBoolean());
        Assert.Equal(JsonValueKind.Null, key.GetProperty("last_used_at").ValueKind);
        Assert.Equal(TimeSpan.FromDays(30), TimeOf(key, "expires_at") - TimeOf(key, "created_at"));
        var text = key.GetProperty("key").GetString()!;
        Assert.Equal(text[..12], key.GetProperty("prefix").GetString());
        var me = await (await app.WithKey(text).FetchAsync("/api/v1/auth/me")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(user.Id, me.GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task A_key_has_43_random_characters_and_a_public_checksum()
    {
        var (_, _, http) = await app.CallerAsync();

        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        Assert.Matches(@"\Actx_[0-9A-Za-z]{49}\z", key);
        var checksum = key[^6..].Aggregate(
            BigInteger.Zero,
            (number, digit) => (number * 62) + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".IndexOf(digit, StringComparison.Ordinal));
        Assert.Equal(new BigInteger(Crc32(key[..^6])), checksum);
    }

    [Fact]
    public async Task Without_scopes_and_expiry_a_key_has_none()
    {
        var (_, _, http) = await app.CallerAsync();

        var key = await (await http.PostAsync(Route, new { name = "plain" })).JsonAsync(HttpStatusCode.Created);

        Assert.Empty(key.GetProperty("scopes").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, key.GetProperty("expires_at").ValueKind);
    }

    [Fact]
    public async Task The_database_contains_only_the_SHA_256_of_the_key()
    {
        var (_, _, http) = await app.CallerAsync();

        var (id, key) = await CortexApp.GenerateKeyAsync(http, "introspect");

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key)));
        Assert.Equal(hash, await app.SqlAsync("SELECT key_hash FROM api_keys WHERE id = $1", id));
        var row = (string)(await app.SqlAsync("SELECT to_jsonb(k)::text FROM api_keys k WHERE id = $1", id))!;
        Assert.DoesNotContain(key[12..30], row, StringComparison.Ordinal);
        Assert.DoesNotContain(key, app.Log, StringComparison.Ordinal);
        Assert.Null(await app.SqlAsync("SELECT 1 FROM users WHERE api_key IS NOT NULL"));
    }

    [Theory]
    [InlineData("ü – 鍵 \U0001F511")]
    [InlineData("' OR 1=1--")]
    [InlineData("<script>")]
    public async Task A_name_may_be_any_line_of_text(string name)
    {
        var (_, _, http) = await app.CallerAsync();

        var key = await (await http.PostAsync(Route, new { name })).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(name, key.GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_name_has_at_most_255_characters()
    {
        var (_, _, http) = await app.CallerAsync();

        await (await http.PostAsync(Route, new { name = new string('n', 255) })).JsonAsync(HttpStatusCode.Created);

        await ShouldBeInvalidAsync(await http.PostAsync(Route, new { name = new string('n', 256) }), "name");
    }

    [Fact]
    public async Task A_key_has_at_most_32_scopes_of_64_characters()
    {
        var (_, _, http) = await app.CallerAsync();
        var most = Enumerable.Range(0, 32).Select(index => index.ToString("D2", CultureInfo.InvariantCulture) + new string('s', 62)).ToArray();

        await (await http.PostAsync(Route, new { name = "most", scopes = most })).JsonAsync(HttpStatusCode.Created);

        await ShouldBeInvalidAsync(await http.PostAsync(Route, new { name = "more", scopes = most.Append("one") }), "scopes");
        await ShouldBeInvalidAsync(await http.PostAsync(Route, new { name = "more", scopes = new[] { new string('s', 65) } }), "scopes");
    }

    [Fact]
    public async Task A_duplicate_scope_is_stored_once()
    {
        var (_, _, http) = await app.CallerAsync();

        var key = await (await http.PostAsync(Route, new { name = "twice", scopes = new[] { "a", "b", "a" } })).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(["a", "b"], key.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3650)]
    public async Task An_expiry_may_be_a_day_to_ten_years_away(int days)
    {
        var (_, _, http) = await app.CallerAsync();

        var key = await (await http.PostAsync(Route, new { name = "bound", expires_in_days = days })).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(TimeSpan.FromDays(days), TimeOf(key, "expires_at") - TimeOf(key, "created_at"));
    }

    [Theory]
    [InlineData("{}", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":"   "}""", "name")]
    [InlineData("""{"name":"a\u0000b"}""", "name")]
    [InlineData("""{"name":"a\nb"}""", "name")]
    [InlineData("""{"name":"a\u001b[31mb"}""", "name")]
    [InlineData("""{"name":"a\u0085b"}""", "name")]
    [InlineData("""{"name":7}""", "name")]
    [InlineData("""{"name":["a"]}""", "name")]
    [InlineData("""{"name":"a","scopes":"introspect"}""", "scopes")]
    [InlineData("""{"name":"a","scopes":[""]}""", "scopes")]
    [InlineData("""{"name":"a","scopes":["a b"]}""", "scopes")]
    [InlineData("""{"name":"a","scopes":["a\"b"]}""", "scopes")]
    [InlineData("""{"name":"a","scopes":["a\\b"]}""", "scopes")]
    [InlineData("""{"name":"a","scopes":["ä"]}""", "scopes")]
    [InlineData("""{"name":"a","scopes":["a\n"]}""", "scopes")]
    [InlineData("""{"name":"a","scopes":[null]}""", "scopes")]
    [InlineData("""{"name":"a","scopes":[7]}""", "scopes")]
    [InlineData("""{"name":"a","expires_in_days":0}""", "expires_in_days")]
    [InlineData("""{"name":"a","expires_in_days":-1}""", "expires_in_days")]
    [InlineData("""{"name":"a","expires_in_days":3651}""", "expires_in_days")]
    [InlineData("""{"name":"a","expires_in_days":1.5}""", "expires_in_days")]
    [InlineData("""{"name":"a","expires_in_days":"30"}""", "expires_in_days")]
    [InlineData("""{"name":"a","expires_in_days":99999999999}""", "expires_in_days")]
    public async Task An_invalid_field_is_named(string body, string field)
    {
        var (_, _, http) = await app.CallerAsync();

        await ShouldBeInvalidAsync(await http.PostTextAsync(Route, body), field);
    }

    [Fact]
    public async Task An_unpaired_surrogate_is_refused()
    {
        var (_, _, http) = await app.CallerAsync();

        var answer = await http.PostTextAsync(Route, """{"name":"a\ud800"}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    /// <remarks>The owner is the caller; in another product, a user id in the body created keys for any user (CVE-2025-61928).</remarks>
    [Theory]
    [InlineData("user_id")]
    [InlineData("userId")]
    [InlineData("permissions")]
    [InlineData("is_active")]
    [InlineData("key")]
    [InlineData("key_hash")]
    [InlineData("remaining")]
    [InlineData("Name")]
    public async Task A_field_that_is_not_the_callers_to_set_is_refused(string field)
    {
        var (_, _, http) = await app.CallerAsync();

        await (await http.PostAsync(Route, new Dictionary<string, object> { ["name"] = "not mine", [field] = Guid.NewGuid() }))
            .ShouldBeProblemAsync(400, "unknown_field");

        Assert.Null(await app.SqlAsync("SELECT 1 FROM api_keys WHERE name = 'not mine'"));
    }

    [Fact]
    public async Task Creating_a_key_requires_a_token()
    {
        var victim = await app.RegisterAsync();

        await (await app.Anonymous().PostAsync(Route, new { name = "a", user_id = victim.Id })).ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task A_51st_active_key_is_refused_until_another_is_revoked()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync("INSERT INTO api_keys (user_id, key_hash) SELECT $1, gen_random_uuid()::text FROM generate_series(1, 49)", user.Id);
        var (last, _) = await CortexApp.GenerateKeyAsync(http);

        await (await http.PostAsync(Route, new { name = "too many" })).ShouldBeProblemAsync(409, "api_key_limit");

        await (await http.PatchAsync("/api/v1/auth/api-keys/" + last, new { is_active = false })).ShouldBeAsync(HttpStatusCode.OK);
        await CortexApp.GenerateKeyAsync(http);
        await (await http.PatchAsync("/api/v1/auth/api-keys/" + last, new { is_active = true })).ShouldBeProblemAsync(409, "api_key_limit");
        Assert.Equal(false, await app.SqlAsync("SELECT is_active FROM api_keys WHERE id = $1", last));
    }

    [Fact]
    public async Task Expired_keys_do_not_count_towards_the_limit()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync(
            "INSERT INTO api_keys (user_id, key_hash, expires_at) SELECT $1, gen_random_uuid()::text, $2 FROM generate_series(1, 50)", user.Id,
            app.Clock.GetUtcNow());

        await CortexApp.GenerateKeyAsync(http);
    }

    private static async Task ShouldBeInvalidAsync(HttpResponseMessage answer, string field)
    {
        var problem = await answer.ShouldBeProblemAsync(400, "validation_failed");
        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    private static DateTimeOffset TimeOf(JsonElement key, string field) =>
        DateTimeOffset.Parse(key.GetProperty(field).GetString()!, CultureInfo.InvariantCulture);

    private static uint Crc32(string ascii)
    {
        var crc = uint.MaxValue;
        foreach (var octet in Encoding.ASCII.GetBytes(ascii))
        {
            crc ^= octet;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
