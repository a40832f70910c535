using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Accounts.Hashing;

/// <summary>A server with one hashing thread and a short hashing queue.</summary>
public sealed class SmallQueueApp(PostgresCluster cluster) : ConfiguredCostApp(cluster)
{
    private const int Places = 3;
    private const int Reserved = 8;

    protected override IEnumerable<(string Name, string Value)> Settings => [("HASHING_THREADS", "1"), ("HASHING_QUEUE", $"{Places}")];

    /// <summary>Takes all places of the queue, including those reserved for known callers, until the result is disposed.</summary>
    internal IDisposable Fill()
    {
        var queue = Services.GetRequiredService<HashingQueue>();
        var places = Enumerable.Range(0, Places + Reserved).Select(_ => queue.TryEnter(isKnown: true)!).ToList();
        Assert.DoesNotContain(null, places);
        return new PlacesHolder(places);
    }

    private sealed class PlacesHolder(List<HashingPlace> places) : IDisposable
    {
        public void Dispose() => places.ForEach(place => place.Dispose());
    }
}

/// <summary>The hashing queue from a client's view: while it is full, logins are refused quickly, and other requests still work.</summary>
public sealed class FullHashingQueueTests(SmallQueueApp app) : IClassFixture<SmallQueueApp>
{
    private const string Auth = "/api/v1/auth/";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_the_queue_is_full_requests_that_need_a_hash_are_refused_immediately_and_write_nothing()
    {
        var (user, _, http) = await app.SignUpAsync();
        var newEmail = app.NewEmail();
        var before = await app.SqlAsync("SELECT string_agg(users::text, '|' ORDER BY id) FROM users");
        using (app.Fill())
        {
            var requests = new Func<Task<HttpResponseMessage>>[]
            {
                () => app.Anonymous().PostAsync(Auth + "login", new { email = user.Email, password = user.Password }),
                () => app.Anonymous().PostAsync(Auth + "login", new { email = "nobody@example.com", password = user.Password }),
                () => app.Anonymous().PostAsync(Auth + "register", new { email = newEmail, password = user.Password }),
                () => http.PatchAsync(Auth + "me/password", new { current_password = user.Password, new_password = "another battery staple" }),
                () => http.PostAsync(Auth + "2fa/enable", new { password = user.Password }),
            };
            foreach (var request in requests)
            {
                // The test takes the fastest of a few attempts, because the machine may be busy.
                var (response, fastest) = (await request(), double.MaxValue);
                for (var i = 0; i < 3; i++)
                {
                    var started = Stopwatch.GetTimestamp();
                    response = await request();
                    fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }

                Assert.InRange(fastest, 0, 2_000);
                var problem = await response.ShouldBeProblemAsync(503, "service_unavailable");
                Assert.Contains("busy", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
                Assert.True(response.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
            }
        }

        Assert.Equal(before, await app.SqlAsync("SELECT string_agg(users::text, '|' ORDER BY id) FROM users"));
        await (await app.Anonymous().PostAsync(Auth + "register", new { email = newEmail, password = user.Password })).ShouldBeAsync(HttpStatusCode.Created);
        await app.LogInAsync(user);
    }

    [Fact]
    public async Task While_the_queue_is_full_tokens_and_keys_are_still_verified_quickly()
    {
        var (_, tokens, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        using var withKey = app.WithKey(key);
        using (app.Fill())
        {
            foreach (var caller in new[] { http, withKey, http, withKey })
            {
                var started = Stopwatch.GetTimestamp();
                await (await caller.GetAsync(Auth + "me", Cancel)).ShouldBeAsync(HttpStatusCode.OK);
                Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 0, 5_000);
            }

            await (await app.Anonymous().PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeAsync(HttpStatusCode.OK);
        }
    }

    [Fact]
    public void The_bcrypt_engine_is_logged_at_startup() =>
        Assert.Contains("Information: Passwords are hashed with bcrypt by ", app.Log, StringComparison.Ordinal);
}
