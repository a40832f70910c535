using System.Net;
using System.Net.Http.Headers;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <remarks>Changes that the server has confirmed survive the process, however it ends.</remarks>
public sealed class RestartTests(PostgresCluster cluster) : IDisposable
{
    private const string Auth = "/api/v1/auth/";

    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_stops_the_server_gracefully(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no signals");
        await using var server = Start(await cluster.CreateDatabaseAsync());
        using var http = await server.ClientAsync();
        await (await http.GetAsync("/health", Ct)).ShouldBeAsync(HttpStatusCode.OK);
        var healthy = await ServerProcess.RunAsync(["healthcheck", http.BaseAddress!.AbsoluteUri]);

        var run = await server.SignalAsync(signal);

        Assert.Equal(0, healthy.ExitCode);
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.ErrorLines);
    }

    /// <remarks>PostgreSQL stops with the server, even if the signal arrives before the server listens.</remarks>
    [Fact]
    public async Task A_signal_during_the_start_leaves_no_PostgreSQL_running()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no signals");
        await using var server = ServerProcess.Start([], ("CORTEX_DATA", _folder), ("ASPNETCORE_URLS", "http://127.0.0.1:0"));
        await server.WaitForDatabaseAsync();

        var run = await server.SignalAsync("INT");

        // The exit code is 130 during startup and 0 after it.
        Assert.True(run.ExitCode is 0 or 130, $"{run.ExitCode}\n{run.Errors}");
        Assert.Empty(run.ErrorLines);
        Assert.Null(Postmaster.FindRunning(Path.Combine(_folder, "postgres")));
    }

    [Fact]
    public async Task A_session_survives_a_killed_server_with_generated_secrets()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no signals");
        var database = await cluster.CreateDatabaseAsync();
        Tokens tokens;
        string key;
        await using (var first = Start(database))
        {
            using var http = await first.ClientAsync();
            var person = new { email = "someone@example.com", password = TestUser.DefaultPassword };
            await (await http.PostAsync(Auth + "register", person)).ShouldBeAsync(HttpStatusCode.Created);
            tokens = Tokens.Of(await (await http.PostAsync(Auth + "login", person)).JsonAsync(HttpStatusCode.OK));
            Use(http, tokens);
            key = (await CortexApp.GenerateKeyAsync(http)).Key;
            Assert.Equal(137, (await first.SignalAsync("KILL")).ExitCode);
        }

        await using var second = Start(database);
        using var again = await second.ClientAsync();
        Use(again, tokens);
        await (await again.GetAsync(Auth + "me", Ct)).ShouldBeAsync(HttpStatusCode.OK);
        again.DefaultRequestHeaders.Authorization = null;
        await (await again.PostAsync(Auth + "refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeAsync(HttpStatusCode.OK);
        again.DefaultRequestHeaders.Add("X-API-Key", key);
        await (await again.GetAsync(Auth + "me", Ct)).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <summary>Starts the server as from the source tree, under Development's rules and with generated secrets, on a given port.</summary>
    private ServerProcess Start(string database) => ServerProcess.Start(
        [], ("POSTGRES_URL", database), ("CORTEX_DATA", _folder), ("ASPNETCORE_URLS", "http://127.0.0.1:0"), ("BCRYPT_COST", "10"));

    private static void Use(HttpClient http, Tokens tokens) =>
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
}
