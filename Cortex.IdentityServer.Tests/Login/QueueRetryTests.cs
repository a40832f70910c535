using System.Net;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>A server behind a trusted proxy, with a short hashing queue.</summary>
public sealed class ProxiedSmallQueueApp(PostgresCluster cluster) : ConfiguredCostApp(cluster)
{
    public const int Places = 3;

    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("HASHING_THREADS", "1"), ("HASHING_QUEUE", $"{Places}"), ("TRUSTED_PROXIES", "127.0.0.1")];
}

/// <summary>A legitimate login from an unknown address while strangers fill the hashing queue.</summary>
public sealed class QueueRetryTests(ProxiedSmallQueueApp app) : IClassFixture<ProxiedSmallQueueApp>
{
    [Fact]
    public async Task A_retry_after_the_Retry_After_time_succeeds_and_an_earlier_one_does_not()
    {
        var user = await app.RegisterAsync();
        var queue = app.Services.GetRequiredService<HashingQueue>();
        var strangers = Enumerable.Range(0, ProxiedSmallQueueApp.Places).Select(_ => queue.TryEnter()!).ToList();
        Assert.DoesNotContain(null, strangers);

        var refused = await LogInFromAsync("203.0.113.9", user);
        await refused.ShouldBeProblemAsync(503, "service_unavailable");
        await (await LogInFromAsync("203.0.113.9", user)).ShouldBeProblemAsync(503, "service_unavailable");
        app.Clock.Advance(refused.Headers.RetryAfter!.Delta!.Value);
        await (await LogInFromAsync("203.0.113.10", user)).ShouldBeProblemAsync(503, "service_unavailable");
        await (await LogInFromAsync("203.0.113.9", user)).ShouldBeAsync(HttpStatusCode.OK);

        strangers.ForEach(place => place.Dispose());
    }

    private async Task<HttpResponseMessage> LogInFromAsync(string address, TestUser user)
    {
        var http = app.Anonymous();
        http.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return await http.PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password });
    }
}
