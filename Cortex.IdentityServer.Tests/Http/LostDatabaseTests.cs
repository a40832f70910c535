using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A server whose connection to PostgreSQL can be cut.</summary>
public class CuttableApp(PostgresCluster cluster) : CortexApp(cluster)
{
    private CuttableProxy? _wire;

    internal CuttableProxy Wire => _wire ??= Connect();

    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("POSTGRES_URL", new NpgsqlConnectionStringBuilder(ConnectionString) { Host = "127.0.0.1", Port = Wire.Port }.ConnectionString)];

    private CuttableProxy Connect()
    {
        var target = new NpgsqlConnectionStringBuilder(ConnectionString);
        return new(target.Host!, target.Port);
    }
}

/// <summary>Without PostgreSQL the server answers 503 within five seconds, and it recovers by itself.</summary>
public sealed class LostDatabaseTests(CuttableApp app) : IClassFixture<CuttableApp>
{
    [Fact]
    public async Task Without_its_database_the_server_answers_503_and_recovers_with_it()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        await app.Wire.CutAsync();
        var started = Stopwatch.GetTimestamp();

        var health = await app.Anonymous().GetAsync("/health", TestContext.Current.CancellationToken);
        var body = await health.JsonAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal("unhealthy", body.GetProperty("status").GetString());
        Assert.Equal("disconnected", body.GetProperty("database").GetString());
        Assert.NotNull(health.Headers.RetryAfter);
        await (await app.Anonymous().GetAsync("/health/ready", TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.ServiceUnavailable);
        await (await app.Anonymous().GetAsync("/health/live", TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.OK);

        // An anonymous route ignores credentials, so it doesn't need the database.
        await (await http.GetAsync("/health/live", TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.OK);
        await UnavailableAsync(await app.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password }));
        await UnavailableAsync(await app.Anonymous().PostAsync("/api/v1/auth/register", new { email = app.NewEmail(), password = user.Password }));
        await UnavailableAsync(await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken }));
        await UnavailableAsync(await http.GetAsync("/api/v1/auth/sessions", TestContext.Current.CancellationToken));
        foreach (var route in new[] { BrowserSteps.Refresh, BrowserSteps.LogOut })
        {
            var answer = await app.PostFromBrowserAsync(route, headers: BrowserSteps.Cookie(tokens.RefreshToken));
            await UnavailableAsync(answer);
            answer.ShouldNotSetCookie();
        }

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5 * 4));

        app.Wire.Restore();

        await (await app.Anonymous().GetAsync("/health", TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.OK);
        await (await http.GetAsync("/api/v1/auth/sessions", TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.OK);

        // The failed refresh didn't use up the token.
        await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken })).JsonAsync(HttpStatusCode.OK);
    }

    private static async Task UnavailableAsync(HttpResponseMessage response)
    {
        await response.ShouldBeProblemAsync(503, "service_unavailable");
        Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
    }
}
