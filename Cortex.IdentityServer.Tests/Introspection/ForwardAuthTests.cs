using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Introspection;

/// <remarks>Reverse proxies call this route for each request that they receive (decision 0019).</remarks>
public sealed class ForwardAuthTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/verify";

    [Fact]
    public async Task Headers_identify_the_user_of_a_session()
    {
        var (user, _, http) = await app.SignUpAsync();

        var answer = await http.FetchAsync(Route);

        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        ShouldIdentify(answer, user.Id.ToString(), user.Email, "free", "");
        Assert.Equal("no-store", answer.Headers.GetValues("Cache-Control").Single());
        Assert.Equal("", await answer.TextAsync());
    }

    [Fact]
    public async Task Two_different_emails_never_look_alike()
    {
        var names = new List<string>();
        foreach (var email in new[] { "jü@example.com", "j%C3%BC@example.com" })
        {
            var http = app.WithToken((await app.LogInAsync(await app.RegisterAsync(email))).AccessToken);
            names.Add((await http.FetchAsync(Route)).Headers.GetValues("X-Auth-Email").Single());
        }

        Assert.Equal(["j%C3%BC@example.com", "j%25C3%25BC@example.com"], names);
    }

    [Fact]
    public async Task Headers_identify_the_owner_of_a_key_and_list_its_scopes()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync("UPDATE users SET subscription_tier = 'pro' WHERE id = $1", user.Id);
        var (_, key) = await CortexApp.GenerateKeyAsync(http, "memory:read", "memory:write");

        var answer = await app.WithKey(key).FetchAsync(Route);

        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        ShouldIdentify(answer, user.Id.ToString(), user.Email, "pro", "memory:read memory:write");
    }

    [Fact]
    public async Task A_scope_that_the_key_has_is_accepted_and_any_other_is_refused()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http, "memory:read");
        var service = app.WithKey(key);

        await (await service.FetchAsync(Route + "?scope=memory:read")).ShouldBeAsync(HttpStatusCode.NoContent);

        foreach (var scope in new[] { "memory", "memory:rea", "MEMORY:READ", "memory:read%20memory:write", "a%0D%0ASet-Cookie:%20b=c", "%C3%BC", "" })
        {
            var refused = await service.FetchAsync($"{Route}?scope={scope}");
            await refused.ShouldBeProblemAsync(403, "insufficient_scope");
            Assert.False(refused.Headers.Contains("X-Auth-User-Id"));
            Assert.False(refused.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public async Task A_session_has_no_scopes()
    {
        var (_, _, http) = await app.SignUpAsync();

        await (await http.FetchAsync(Route + "?scope=memory:read")).ShouldBeProblemAsync(403, "insufficient_scope");
    }

    [Fact]
    public async Task Missing_and_invalid_credentials_get_401()
    {
        var (_, tokens, http) = await app.SignUpAsync();
        var (id, key) = await CortexApp.GenerateKeyAsync(http);
        await (await http.RemoveAsync("/api/v1/auth/api-keys/" + id)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await http.PostNothingAsync("/api/v1/auth/logout")).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.Anonymous().FetchAsync(Route)).ShouldBeProblemAsync(401, "unauthenticated");
        await (await app.WithKey(key).FetchAsync(Route)).ShouldBeProblemAsync(401, "invalid_api_key");
        await (await app.WithToken(tokens.AccessToken).FetchAsync(Route)).ShouldBeProblemAsync(401, "session_revoked");
        await (await app.WithToken(tokens.RefreshToken).FetchAsync(Route)).ShouldBeProblemAsync(401, "invalid_token");
    }

    [Fact]
    public async Task A_non_ASCII_email_is_percent_encoded()
    {
        var user = await app.RegisterAsync("jürgen@bücher.example");
        var http = app.WithToken((await app.LogInAsync(user)).AccessToken);
        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        foreach (var caller in new[] { http, app.WithKey(key) })
        {
            var answer = await caller.FetchAsync(Route);

            await answer.ShouldBeAsync(HttpStatusCode.NoContent);
            Assert.Equal("j%C3%BCrgen@b%C3%BCcher.example", answer.Headers.GetValues("X-Auth-Email").Single());
        }
    }

    [Fact]
    public async Task Line_breaks_that_another_program_stored_never_reach_a_header()
    {
        var (user, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        await app.SqlAsync("UPDATE users SET subscription_tier = E'pro\\r\\nSet-Cookie: a=b' WHERE id = $1", user.Id);

        var answer = await app.WithKey(key).FetchAsync(Route);

        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal("pro%0D%0ASet-Cookie:%20a=b", answer.Headers.GetValues("X-Auth-Tier").Single());
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    private static void ShouldIdentify(HttpResponseMessage answer, string id, string email, string tier, string scopes)
    {
        Assert.Equal(id, answer.Headers.GetValues("X-Auth-User-Id").Single());
        Assert.Equal(email, answer.Headers.GetValues("X-Auth-Email").Single());
        Assert.Equal(tier, answer.Headers.GetValues("X-Auth-Tier").Single());
        Assert.Equal(scopes, answer.Headers.GetValues("X-Auth-Scopes").Single());
    }
}
