using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin;

/// <summary>Who logged in, or used a session or a key, was active on that day of UTC; once, however often.</summary>
public sealed class ActiveUsersTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Me = "/api/v1/auth/me";

    [Fact]
    public async Task A_login_alone_is_activity_and_counts_once_a_day()
    {
        var day = NextDay();
        var user = await app.RegisterAsync();
        await app.LogInAsync(user);
        await app.LogInAsync(user);
        await app.ActiveUsersAsync(day, 1);

        app.Clock.Advance(TimeSpan.FromHours(2));
        await app.LogInAsync(user);
        await app.LogInAsync(await app.RegisterAsync());
        await app.ActiveUsersAsync(day, 2);

        // Who only registers has not come in.
        await app.RegisterAsync();
        await WriteAsync();
        await app.ActiveUsersAsync(day, 2);
        Assert.Equal(2L, await app.SqlAsync("SELECT count(*) FROM active_users WHERE day = $1", day));
    }

    [Fact]
    public async Task A_key_that_is_used_is_activity_of_its_owner()
    {
        var (_, _, http) = await app.SignedInAsync();
        var (_, first) = await CortexApp.GenerateKeyAsync(http);
        var (_, second) = await CortexApp.GenerateKeyAsync(http);
        await WriteAsync();
        var day = NextDay();

        await (await app.WithKey(first).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithKey(second).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithKey(first + "0").FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.Unauthorized);

        await app.ActiveUsersAsync(day, 1);
        await WriteAsync();
        await app.ActiveUsersAsync(day, 1);
    }

    /// <remarks>Uses are noted once a minute, but the first of a day always.</remarks>
    [Fact]
    public async Task Who_is_seen_a_moment_before_midnight_and_a_moment_after_was_active_on_both_days()
    {
        NextDay();
        var midnight = Midnight();
        app.Clock.SetUtcNow(midnight.AddMinutes(-10));
        var (_, _, http) = await app.SignedInAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync((await app.SignedInAsync()).Http);
        var service = app.WithKey(key);
        var (before, after) = (DateOnly.FromDateTime(midnight.UtcDateTime).AddDays(-1), DateOnly.FromDateTime(midnight.UtcDateTime));
        app.Clock.SetUtcNow(midnight.AddSeconds(-30));
        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await service.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        app.Clock.SetUtcNow(midnight.AddSeconds(10));
        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await service.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        await app.ActiveUsersAsync(after, 2);
        await app.ActiveUsersAsync(before, 2);
    }

    [Fact]
    public async Task Two_replicas_that_see_the_same_people_count_them_once()
    {
        var people = await AtOnce.RunAsync(8, _ => app.SignedInAsync());
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        await WriteAsync();
        var day = NextDay(TimeSpan.FromMinutes(1));
        people = await AtOnce.RunAsync(8, async number =>
        {
            var tokens = await app.LogInAsync(people[number].User);
            return (people[number].User, tokens, app.WithToken(tokens.AccessToken));
        });

        await AtOnce.RunAsync(32, async number =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Me);
            request.Headers.Authorization = new("Bearer", people[number % 8].Tokens.AccessToken);
            await (await (number < 16 ? second.SendAsync(request, TestContext.Current.CancellationToken) : people[number % 8].Http.FetchAsync(Me)))
                .ShouldBeAsync(HttpStatusCode.OK);
            return true;
        });

        await app.ActiveUsersAsync(day, 8);
        await WriteAsync();
        await app.ActiveUsersAsync(day, 8);
        Assert.DoesNotContain("Could not save when keys", app.Log, StringComparison.Ordinal);
    }

    /// <summary>The start of a day on which nothing has happened yet.</summary>
    private DateOnly NextDay(TimeSpan after = default)
    {
        app.Clock.SetUtcNow(Midnight() + after);
        return DateOnly.FromDateTime(app.Clock.GetUtcNow().UtcDateTime);
    }

    private DateTimeOffset Midnight() => new DateTimeOffset(app.Clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).AddDays(1);

    /// <summary>Lets the server write what it has noted so far.</summary>
    private async Task WriteAsync()
    {
        for (var second = 0; second < 3; second++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
