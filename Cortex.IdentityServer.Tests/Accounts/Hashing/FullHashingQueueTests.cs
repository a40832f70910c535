using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Accounts.Hashing;

/// <summary>A server with one thread for hashes and few places.</summary>
public sealed class SmallQueueApp(PostgresCluster cluster) : ConfiguredCostApp(cluster)
{
    private const int Places = 3;
    private const int Reserved = 8;

    protected override IEnumerable<(string Name, string Value)> Settings => [("HASHING_THREADS", "1"), ("HASHING_QUEUE", $"{Places}")];

    /// <summary>Takes all places, also those of known callers, until it is disposed.</summary>
    internal IDisposable Fill()
    {
        var queue = Services.GetRequiredService<HashingQueue>();
        var places = Enumerable.Range(0, Places + Reserved).Select(_ => queue.TryEnter(isKnown: true)!).ToList();
        Assert.DoesNotContain(null, places);
        return new Taken(places);
    }

    private sealed class Taken(List<HashingPlace> places) : IDisposable
    {
        public void Dispose() => places.ForEach(place => place.Dispose());
    }
}

/// <summary>The line for hashes as a client sees it: while it is full, logins are refused quickly and other requests go on.</summary>
public sealed class FullHashingQueueTests(SmallQueueApp app) : IClassFixture<SmallQueueApp>
{
    private const string Auth = "/api/v1/auth/";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_the_line_is_full_whoever_needs_a_hash_is_refused_at_once_and_nothing_is_written()
    {
        var (user, _, http) = await app.SignedInAsync();
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
                // The best of a few, as the machine has other things to do.
                var (response, quickest) = (await request(), double.MaxValue);
                for (var time = 0; time < 3; time++)
                {
                    var started = Stopwatch.GetTimestamp();
                    response = await request();
                    quickest = Math.Min(quickest, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }

                Assert.InRange(quickest, 0, 2_000);
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
    public async Task While_the_line_is_full_tokens_and_keys_are_as_fast_as_ever()
    {
        var (_, tokens, http) = await app.SignedInAsync();
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
    public void The_engine_is_chosen_at_the_start_and_logged() =>
        Assert.Contains("Information: Passwords are hashed with bcrypt by ", app.Log, StringComparison.Ordinal);
}
