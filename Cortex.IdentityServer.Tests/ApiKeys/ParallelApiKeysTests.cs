using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.ApiKeys;

/// <remarks>Limits are exact, and recording a use never undoes another change, however many requests run at once.</remarks>
public sealed class ParallelApiKeysTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task Sixteen_keys_at_once_do_not_exceed_the_limit()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync("INSERT INTO api_keys (user_id, key_hash) SELECT $1, gen_random_uuid()::text FROM generate_series(1, 45)", user.Id);

        var answers = await Concurrently.RunAsync(16, index => http.PostAsync("/api/v1/auth/api-keys/generate", new { name = $"key {index}" }));

        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created))
        {
            await refused.ShouldBeProblemAsync(409, "api_key_limit");
        }

        Assert.Equal(50L, await app.SqlAsync("SELECT count(*) FROM api_keys WHERE user_id = $1", user.Id));
    }

    [Fact]
    public async Task Sixteen_rotations_at_once_create_one_key()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (id, old) = await CortexApp.GenerateKeyAsync(http, "a");

        var answers = await Concurrently.RunAsync(16, _ => http.PostAsync($"/api/v1/auth/api-keys/{id}/rotate", new { overlap_seconds = 0 }));

        var made = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        foreach (var refused in answers.Where(answer => answer != made))
        {
            await refused.ShouldBeProblemAsync(400, "validation_failed");
        }

        Assert.Equal(2L, await app.SqlAsync("SELECT count(*) FROM api_keys WHERE user_id = $1", user.Id));
        var key = (await made.JsonAsync(HttpStatusCode.Created)).GetProperty("key").GetString()!;
        await (await app.WithKey(key).FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithKey(old).FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Sixteen_first_uses_of_a_legacy_key_at_once_all_work_and_create_one_row()
    {
        var user = await app.RegisterAsync();
        const string Key = "sixteen-at-once-0123456789abcdef";
        await app.SqlAsync("UPDATE users SET api_key = $2 WHERE id = $1", user.Id, Key);

        var answers = await Concurrently.RunAsync(16, _ => app.WithKey(Key).FetchAsync("/api/v1/auth/me"));

        foreach (var answer in answers)
        {
            await answer.ShouldBeAsync(HttpStatusCode.OK);
        }

        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM api_keys WHERE user_id = $1", user.Id));
    }
}
