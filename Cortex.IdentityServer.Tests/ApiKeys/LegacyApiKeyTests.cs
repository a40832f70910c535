using System.Net;
using System.Security.Cryptography;
using System.Text;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.ApiKeys;

/// <summary>Keys of the Python server, stored where it stored them.</summary>
/// <remarks>
/// The Python server stored one plain-text key per user in <c>users.api_key</c>. It still works, and its first use moves it to <c>api_keys</c> as a hash.
/// </remarks>
public sealed class LegacyApiKeyTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Me = "/api/v1/auth/me";

    [Theory]
    [InlineData("6f1ed002ab5595859014ebf0951522d9")]
    [InlineData("ctx_9_Vb1xkPq-2uZ0wN5cQ7yLr3aEoDTfGhJkMnBvCxZsA")]
    [InlineData("0d9c64b8-38a1-4a7e-9f8a-5b1f6a6f7a10")]
    public async Task A_plain_text_key_works_and_is_moved_to_its_own_row(string key)
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync("UPDATE users SET api_key = $2 WHERE id = $1", user.Id, key);

        var me = await (await app.WithKey(key).FetchAsync(Me)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(user.Id, me.GetProperty("id").GetGuid());
        Assert.Equal(DBNull.Value, await app.SqlAsync("SELECT api_key FROM users WHERE id = $1", user.Id));
        Assert.Equal(Sha256(key), await app.SqlAsync("SELECT key_hash FROM api_keys WHERE user_id = $1", user.Id));
        var listed = Assert.Single((await (await http.FetchAsync("/api/v1/auth/api-keys")).JsonAsync(HttpStatusCode.OK)).EnumerateArray());
        Assert.Equal("legacy", listed.GetProperty("name").GetString());
        Assert.Empty(listed.GetProperty("scopes").EnumerateArray());
        await (await app.WithKey(key).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.DoesNotContain(key, app.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_whose_hash_another_program_wrote_in_capitals_works()
    {
        var (user, _, _) = await app.SignUpAsync();
        const string Key = "capitals-0123456789abcdef";
        await app.SqlAsync("INSERT INTO api_keys (user_id, key_hash, name) VALUES ($1, upper($2), 'capitals')", user.Id, Sha256(Key));

        await (await app.WithKey(Key).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await app.SqlAsync("UPDATE api_keys SET key_hash = upper($2) WHERE user_id = $1", user.Id, Sha256(Key + "2"));

        await (await app.WithKey(Key).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
        await (await app.WithKey(Key + "2").FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_key_that_is_stored_in_both_tables_stays_revoked_too()
    {
        var (user, _, http) = await app.SignUpAsync();
        const string Key = "twice-0123456789abcdef";
        await app.SqlAsync("UPDATE users SET api_key = $2 WHERE id = $1", user.Id, Key);
        var id = await app.SqlAsync("INSERT INTO api_keys (user_id, key_hash) VALUES ($1, $2) RETURNING id", user.Id, Sha256(Key));
        await (await app.WithKey(Key).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.RemoveAsync($"/api/v1/auth/api-keys/{id}")).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.WithKey(Key).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
    }

    [Fact]
    public async Task A_moved_key_can_be_revoked_and_stays_revoked()
    {
        var (user, _, http) = await app.SignUpAsync();
        const string Key = "revoked-0123456789abcdef";
        await app.SqlAsync("UPDATE users SET api_key = $2 WHERE id = $1", user.Id, Key);
        await (await app.WithKey(Key).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        var id = await app.SqlAsync("SELECT id FROM api_keys WHERE user_id = $1", user.Id);

        await (await http.RemoveAsync($"/api/v1/auth/api-keys/{id}")).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.WithKey(Key).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
    }

    /// <remarks>Otherwise, a restored row of the Python server would turn a leaked key on again.</remarks>
    [Fact]
    public async Task A_revoked_key_that_another_program_writes_back_stays_revoked()
    {
        var (user, _, http) = await app.SignUpAsync();
        const string Key = "restored-0123456789abcdef";
        await app.SqlAsync("UPDATE users SET api_key = $2 WHERE id = $1", user.Id, Key);
        await (await app.WithKey(Key).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        var id = await app.SqlAsync("SELECT id FROM api_keys WHERE user_id = $1", user.Id);
        await (await http.RemoveAsync($"/api/v1/auth/api-keys/{id}")).ShouldBeAsync(HttpStatusCode.NoContent);

        await app.SqlAsync("UPDATE users SET api_key = $2 WHERE id = $1", user.Id, Key);

        await (await app.WithKey(Key).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
        await (await app.WithKey(Key).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
        Assert.Equal(DBNull.Value, await app.SqlAsync("SELECT api_key FROM users WHERE id = $1", user.Id));
        Assert.Empty((await (await http.FetchAsync("/api/v1/auth/api-keys")).JsonAsync(HttpStatusCode.OK)).EnumerateArray());
    }

    [Fact]
    public async Task A_row_of_the_Python_server_works()
    {
        var user = await app.RegisterAsync();
        const string Key = "cm_live_0123456789abcdef0123456789abcdef";
        await app.SqlAsync("INSERT INTO api_keys (user_id, key_hash) VALUES ($1, $2)", user.Id, Sha256(Key));

        var me = await (await app.WithKey(Key).FetchAsync(Me)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(user.Id, me.GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task A_row_without_name_time_and_flag_works()
    {
        var user = await app.RegisterAsync();
        const string Key = "cm_live_nulls_0123456789abcdef";
        await app.SqlAsync("INSERT INTO api_keys (user_id, key_hash, name, is_active, created_at) VALUES ($1, $2, NULL, NULL, NULL)", user.Id, Sha256(Key));

        await (await app.WithKey(Key).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_inactive_row_is_refused()
    {
        var user = await app.RegisterAsync();
        const string Key = "cm_live_off_0123456789abcdef";
        await app.SqlAsync("INSERT INTO api_keys (user_id, key_hash, is_active) VALUES ($1, $2, false)", user.Id, Sha256(Key));

        await (await app.WithKey(Key).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
    }

    [Fact]
    public async Task A_disabled_owners_keys_of_both_kinds_are_refused()
    {
        var user = await app.RegisterAsync();
        const string Plain = "disabled-plain-0123456789abcdef";
        const string Hashed = "disabled-hashed-0123456789abcdef";
        await app.SqlAsync("UPDATE users SET api_key = $2, is_active = false WHERE id = $1", user.Id, Plain);
        await app.SqlAsync("INSERT INTO api_keys (user_id, key_hash) VALUES ($1, $2)", user.Id, Sha256(Hashed));

        await (await app.WithKey(Plain).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
        await (await app.WithKey(Hashed).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
    }

    [Fact]
    public async Task The_hash_of_a_key_does_not_work_as_a_key()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        await (await app.WithKey(Sha256(key)).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_api_key");
    }

    private static string Sha256(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
