using System.Net;
using Cortex.IdentityServer.Tests.ApiKeys;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Introspection;

/// <summary>Introspecting made-up keys uses up the limit of the client's address, just as presenting them does.</summary>
public sealed class UnknownTokenLimitTests(FewUnknownKeysApp app) : IClassFixture<FewUnknownKeysApp>
{
    private const string Route = "/api/v1/auth/introspect";

    private int _count;

    [Fact]
    public async Task Unknown_keys_that_several_owners_services_introspect_share_the_limit_of_their_address()
    {
        NewWindow();
        var services = await ServicesAsync(5);

        var answers = await Concurrently.RunAsync(25, index => services[index % 5].PostFormAsync(Route, ("token", MadeUp())));

        Assert.Equal(FewUnknownKeysApp.Limit, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.OK))
        {
            await refused.ShouldBeProblemAsync(429, "rate_limited");
            Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        }
    }

    [Fact]
    public async Task They_share_the_limit_with_unknown_keys_that_are_presented()
    {
        NewWindow();
        var service = (await ServicesAsync(1))[0];
        await (await app.WithKey(MadeUp()).FetchAsync("/api/v1/auth/verify")).ShouldBeProblemAsync(401, "invalid_api_key");
        for (var count = 1; count < FewUnknownKeysApp.Limit; count++)
        {
            await (await service.PostFormAsync(Route, ("token", MadeUp()))).ShouldBeAsync(HttpStatusCode.OK);
        }

        await (await service.PostFormAsync(Route, ("token", MadeUp()))).ShouldBeProblemAsync(429, "rate_limited");
        await (await app.WithKey(MadeUp()).FetchAsync("/api/v1/auth/verify")).ShouldBeProblemAsync(429, "rate_limited");
    }

    [Fact]
    public async Task Valid_keys_and_invalid_tokens_that_cost_no_query_do_not_count()
    {
        NewWindow();
        var service = (await ServicesAsync(1))[0];
        var (_, tokens, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        await (await http.PostNothingAsync("/api/v1/auth/logout")).ShouldBeAsync(HttpStatusCode.NoContent);
        for (var turn = 0; turn < 2 * FewUnknownKeysApp.Limit; turn++)
        {
            await ShouldBeAsync(active: true, await service.PostFormAsync(Route, ("token", key)));
            await ShouldBeAsync(active: false, await service.PostFormAsync(Route, ("token", tokens.AccessToken)));
            await ShouldBeAsync(active: false, await service.PostFormAsync(Route, ("token", key[..^1] + (key[^1] == '0' ? '1' : '0'))));
        }

        await ShouldBeAsync(active: false, await service.PostFormAsync(Route, ("token", MadeUp())));
    }

    private static async Task ShouldBeAsync(bool active, HttpResponseMessage answer) =>
        Assert.Equal(active, (await answer.JsonAsync(HttpStatusCode.OK)).GetProperty("active").GetBoolean());

    private async Task<List<HttpClient>> ServicesAsync(int count)
    {
        var services = new List<HttpClient>();
        for (var owner = 0; owner < count; owner++)
        {
            var (_, _, http) = await app.SignUpAsync();
            services.Add(app.WithKey((await CortexApp.GenerateKeyAsync(http, "introspect")).Key));
            await (await services[^1].FetchAsync("/api/v1/auth/verify")).ShouldBeAsync(HttpStatusCode.NoContent);
        }

        return services;
    }

    /// <summary>The key has the format of the Python server's keys, which have no checksum that would reveal it as made up.</summary>
    private string MadeUp() => $"made-up-key-{Interlocked.Increment(ref _count)}-{Guid.NewGuid():N}";

    private void NewWindow() => app.Clock.Advance(TimeSpan.FromMinutes(1));
}
