using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin;

/// <summary>A user is active on a day (UTC) on which they log in or use a session or an API key. Each user counts once a day.</summary>
public sealed class ActiveUsersTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Me = "/api/v1/auth/me";

    [Fact]
    public async Task A_login_counts_as_activity_once_a_day()
    {
        var day = NextDay();
        var user = await app.RegisterAsync();
        await app.LogInAsync(user);
        await app.LogInAsync(user);
        await app.ShouldHaveActiveUsersAsync(day, 1);

        app.Clock.Advance(TimeSpan.FromHours(2));
        await app.LogInAsync(user);
        await app.LogInAsync(await app.RegisterAsync());
        await app.ShouldHaveActiveUsersAsync(day, 2);

        // A registration alone is no activity.
        await app.RegisterAsync();
        await FlushAsync();
        await app.ShouldHaveActiveUsersAsync(day, 2);
        Assert.Equal(2L, await app.SqlAsync("SELECT count(*) FROM active_users WHERE day = $1", day));
    }

    [Fact]
    public async Task Using_an_API_key_counts_as_activity_of_its_owner()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (_, first) = await CortexApp.GenerateKeyAsync(http);
        var (_, second) = await CortexApp.GenerateKeyAsync(http);
        await FlushAsync();
        var day = NextDay();

        await (await app.WithKey(first).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithKey(second).FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithKey(first + "0").FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.Unauthorized);

        await app.ShouldHaveActiveUsersAsync(day, 1);
        await FlushAsync();
        await app.ShouldHaveActiveUsersAsync(day, 1);
    }

    /// <remarks>Uses are recorded at most once a minute, except that the first use of a day is always recorded.</remarks>
    [Fact]
    public async Task A_user_seen_just_before_and_just_after_midnight_counts_as_active_on_both_days()
    {
        NextDay();
        var midnight = Midnight();
        app.Clock.SetUtcNow(midnight.AddMinutes(-10));
        var (_, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync((await app.SignUpAsync()).Http);
        var service = app.WithKey(key);
        var (before, after) = (DateOnly.FromDateTime(midnight.UtcDateTime).AddDays(-1), DateOnly.FromDateTime(midnight.UtcDateTime));
        app.Clock.SetUtcNow(midnight.AddSeconds(-30));
        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await service.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        app.Clock.SetUtcNow(midnight.AddSeconds(10));
        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        await (await service.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);

        await app.ShouldHaveActiveUsersAsync(after, 2);
        await app.ShouldHaveActiveUsersAsync(before, 2);
    }

    [Fact]
    public async Task Two_replicas_that_see_the_same_users_count_them_once()
    {
        var users = await Concurrently.RunAsync(8, _ => app.SignUpAsync());
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        await FlushAsync();
        var day = NextDay(TimeSpan.FromMinutes(1));
        users = await Concurrently.RunAsync(8, async number =>
        {
            var tokens = await app.LogInAsync(users[number].User);
            return (users[number].User, tokens, app.WithToken(tokens.AccessToken));
        });

        await Concurrently.RunAsync(32, async number =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Me);
            request.Headers.Authorization = new("Bearer", users[number % 8].Tokens.AccessToken);
            await (await (number < 16 ? second.SendAsync(request, TestContext.Current.CancellationToken) : users[number % 8].Http.FetchAsync(Me)))
                .ShouldBeAsync(HttpStatusCode.OK);
            return true;
        });

        await app.ShouldHaveActiveUsersAsync(day, 8);
        await FlushAsync();
        await app.ShouldHaveActiveUsersAsync(day, 8);
        Assert.DoesNotContain("Could not save when keys", app.Log, StringComparison.Ordinal);
    }

    /// <summary>Moves the clock to the start of the next day, on which nothing has happened yet.</summary>
    private DateOnly NextDay(TimeSpan after = default)
    {
        app.Clock.SetUtcNow(Midnight() + after);
        return DateOnly.FromDateTime(app.Clock.GetUtcNow().UtcDateTime);
    }

    private DateTimeOffset Midnight() => new DateTimeOffset(app.Clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).AddDays(1);

    /// <summary>Lets the server write the uses that it has collected so far.</summary>
    private async Task FlushAsync()
    {
        for (var second = 0; second < 3; second++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
