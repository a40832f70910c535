using System.Globalization;
using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.ApiKeys;

/// <remarks>A service rotates its key without downtime, and the old key stops working when the overlap ends.</remarks>
public sealed class RotateApiKeyTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task The_new_key_works_and_the_old_one_stops_at_once()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (id, old) = await CortexApp.GenerateKeyAsync(http, "introspect", "b");

        var key = await (await RotateAsync(http, id)).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(
            ["id", "name", "key", "prefix", "scopes", "is_active", "created_at", "expires_at", "last_used_at", "monthly_quota"],
            key.EnumerateObject().Select(field => field.Name));
        Assert.NotEqual(id, key.GetProperty("id").GetGuid());
        Assert.Equal("test", key.GetProperty("name").GetString());
        Assert.Equal(["introspect", "b"], key.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
        await MeAsync(key.GetProperty("key").GetString()!, HttpStatusCode.OK);
        await MeAsync(old, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_list_says_which_key_replaced_which()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (id, _) = await CortexApp.GenerateKeyAsync(http);

        var newId = (await (await RotateAsync(http, id, overlap: 60)).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();

        var keys = (await (await http.FetchAsync("/api/v1/auth/api-keys")).JsonAsync(HttpStatusCode.OK)).EnumerateArray()
            .ToDictionary(key => key.GetProperty("id").GetGuid(), key => key.GetProperty("replaced_by_id").GetString());
        Assert.Equal(new() { [id] = $"{newId}", [newId] = null }, keys);
    }

    [Fact]
    public async Task No_body_means_no_overlap()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (id, old) = await CortexApp.GenerateKeyAsync(http);

        await (await http.PostNothingAsync($"/api/v1/auth/api-keys/{id}/rotate")).JsonAsync(HttpStatusCode.Created);

        await MeAsync(old, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_old_key_works_until_the_overlap_has_passed()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (id, old) = await CortexApp.GenerateKeyAsync(http);

        var key = await (await RotateAsync(http, id, overlap: 60)).JsonAsync(HttpStatusCode.Created);

        await MeAsync(old, HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromSeconds(59));
        await MeAsync(old, HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await app.WithKey(old).FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "api_key_expired");
        await MeAsync(key.GetProperty("key").GetString()!, HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_new_key_gets_the_lifetime_of_the_old_one()
    {
        var (_, _, http) = await app.SignUpAsync();
        var made = await (await http.PostAsync("/api/v1/auth/api-keys/generate", new { name = "short", expires_in_days = 1 }))
            .JsonAsync(HttpStatusCode.Created);
        app.Clock.Advance(TimeSpan.FromHours(23));
        var fresh = app.WithToken((await FreshTokensAsync(made)).AccessToken);

        var key = await (await RotateAsync(fresh, made.GetProperty("id").GetGuid(), overlap: 86_400)).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(TimeSpan.FromDays(1), TimeOf(key, "expires_at") - TimeOf(key, "created_at"));
        app.Clock.Advance(TimeSpan.FromHours(1));

        // An overlap never extends the lifetime of the old key.
        await (await app.WithKey(made.GetProperty("key").GetString()!).FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "api_key_expired");
        await MeAsync(key.GetProperty("key").GetString()!, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_replaced_key_cannot_be_replaced_again_or_reactivated()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (id, old) = await CortexApp.GenerateKeyAsync(http);
        var (overlapping, _) = await CortexApp.GenerateKeyAsync(http);
        await (await RotateAsync(http, id)).JsonAsync(HttpStatusCode.Created);
        await (await RotateAsync(http, overlapping, overlap: 60)).JsonAsync(HttpStatusCode.Created);

        await (await RotateAsync(http, id)).ShouldBeProblemAsync(400, "validation_failed");
        await (await RotateAsync(http, overlapping)).ShouldBeProblemAsync(400, "validation_failed");

        await (await http.PatchAsync("/api/v1/auth/api-keys/" + id, new { is_active = true })).ShouldBeAsync(HttpStatusCode.OK);
        await MeAsync(old, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_key_that_is_off_or_expired_is_not_replaced()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (off, _) = await CortexApp.GenerateKeyAsync(http);
        await (await http.PatchAsync("/api/v1/auth/api-keys/" + off, new { is_active = false })).ShouldBeAsync(HttpStatusCode.OK);
        var (expired, _) = await CortexApp.GenerateKeyAsync(http);
        await app.SqlAsync("UPDATE api_keys SET expires_at = $2 WHERE id = $1", expired, app.Clock.GetUtcNow());

        await (await RotateAsync(http, off)).ShouldBeProblemAsync(400, "validation_failed");
        await (await RotateAsync(http, expired)).ShouldBeProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task At_the_limit_a_key_can_be_replaced_but_only_without_an_overlap()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync("INSERT INTO api_keys (user_id, key_hash) SELECT $1, gen_random_uuid()::text FROM generate_series(1, 49)", user.Id);
        var (id, old) = await CortexApp.GenerateKeyAsync(http);

        await (await RotateAsync(http, id, overlap: 60)).ShouldBeProblemAsync(409, "api_key_limit");
        await MeAsync(old, HttpStatusCode.OK);
        await (await RotateAsync(http, id, overlap: 0)).JsonAsync(HttpStatusCode.Created);
        await MeAsync(old, HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("""{"overlap_seconds":-1}""", "validation_failed")]
    [InlineData("""{"overlap_seconds":86401}""", "validation_failed")]
    [InlineData("""{"overlap_seconds":99999999999}""", "validation_failed")]
    [InlineData("""{"overlap_seconds":"60"}""", "validation_failed")]
    [InlineData("""{"overlap_seconds":0.5}""", "validation_failed")]
    [InlineData("""{"name":"other"}""", "unknown_field")]
    public async Task An_invalid_body_replaces_nothing(string body, string code)
    {
        var (_, _, http) = await app.SignUpAsync();
        var (id, old) = await CortexApp.GenerateKeyAsync(http);

        await (await http.PostTextAsync($"/api/v1/auth/api-keys/{id}/rotate", body)).ShouldBeProblemAsync(400, code);

        await MeAsync(old, HttpStatusCode.OK);
    }

    private async Task<Tokens> FreshTokensAsync(JsonElement key)
    {
        var email =
            (string)(await app.SqlAsync("SELECT email FROM users JOIN api_keys k ON user_id = users.id WHERE k.id = $1", key.GetProperty("id").GetGuid()))!;
        return await app.LogInAsync(new(Guid.Empty, email, TestUser.DefaultPassword));
    }

    private async Task MeAsync(string key, HttpStatusCode expected) => await (await app.WithKey(key).FetchAsync("/api/v1/auth/me")).ShouldBeAsync(expected);

    private static Task<HttpResponseMessage> RotateAsync(HttpClient http, Guid id, int overlap = 0) =>
        http.PostAsync($"/api/v1/auth/api-keys/{id}/rotate", new { overlap_seconds = overlap });

    private static DateTimeOffset TimeOf(JsonElement key, string field) =>
        DateTimeOffset.Parse(key.GetProperty(field).GetString()!, CultureInfo.InvariantCulture);
}
