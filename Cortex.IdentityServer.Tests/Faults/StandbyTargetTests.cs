using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>A primary and a standby without a failover, with a separate database for each test that writes.</summary>
public sealed class StandbyFixture : IAsyncLifetime
{
    /// <summary>The name of a database that stays empty.</summary>
    public const string Empty = "cortex";

    private int _count;
    private Task<string>? _prepared;

    internal StandbyPair Pair { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Pair = await StandbyPair.StartAsync();

    /// <summary>Returns the name of a database that a server has migrated.</summary>
    public Task<string> PreparedDatabaseAsync() => _prepared ??= PrepareAsync();

    public async Task<string> NewDatabaseAsync()
    {
        var name = $"cortex_{Interlocked.Increment(ref _count)}";
        await StandbyPair.SqlAsync(Pair.PrimaryPort, $"CREATE DATABASE {name}");
        await Poll.UntilAsync(TimeSpan.FromMinutes(1), "the database on the standby", async () =>
            await StandbyPair.SqlAsync(Pair.StandbyPort, "SELECT count(*) FROM pg_database WHERE datname = $1", name) is 1L);
        return name;
    }

    public ValueTask DisposeAsync() => Pair.DisposeAsync();

    private async Task<string> PrepareAsync()
    {
        var name = await NewDatabaseAsync();
        await using var server = await Replica.StartAsync($"{StandbyPair.ConnectionStringTo(Pair.PrimaryPort)};Database={name}");
        return name;
    }
}

/// <summary>The server chooses among several hosts and reports a standby, without a failover.</summary>
public sealed class StandbyTargetTests(StandbyFixture fixture) : IClassFixture<StandbyFixture>
{
    private readonly StandbyPair _pair = fixture.Pair;

    [Theory]
    [InlineData("read-write", "primary")]
    [InlineData("primary", "primary")]
    [InlineData("any", "primary")]
    [InlineData("any", "standby")]
    [InlineData("prefer-standby", "primary")]
    public async Task A_single_host_is_accepted_or_refused_according_to_target_session_attrs(string targetAttributes, string host)
    {
        var port = host == "primary" ? _pair.PrimaryPort : _pair.StandbyPort;

        await using var server = await Replica.StartAsync(Url($"127.0.0.1:{port}", targetAttributes, await fixture.PreparedDatabaseAsync()));

        Assert.Equal(host == "primary" ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, (await server.GetAsync("/health")).StatusCode);
    }

    [Theory]
    [InlineData("read-write")]
    [InlineData("primary")]
    public async Task A_standby_instead_of_the_required_primary_fails_the_start_with_one_line(string targetAttributes)
    {
        foreach (var hosts in new[] { $"127.0.0.1:{_pair.StandbyPort}", $"127.0.0.1:{_pair.StandbyPort},127.0.0.1:1" })
        {
            var run = await RunAsync([], Url(hosts, targetAttributes, StandbyFixture.Empty));

            Assert.Equal(1, run.ExitCode);
            Assert.StartsWith("PostgreSQL at POSTGRES_URL (127.0.0.1:", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("any")]
    [InlineData("read-write")]
    [InlineData("primary")]
    public async Task The_writable_host_is_found_at_any_position_among_several_hosts(string targetAttributes)
    {
        await using var server = await Replica.StartAsync(
            Url($"127.0.0.1:1,127.0.0.1:{_pair.StandbyPort},127.0.0.1:{_pair.PrimaryPort}", targetAttributes, await fixture.NewDatabaseAsync()),
            ("TRUSTED_PROXIES", "127.0.0.1"));

        await Concurrently.RunAsync(4, _ => server.SignUpAsync());
        await (await server.GetAsync("/health/ready")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("migrate")]
    [InlineData("create-admin --email ada@example.com")]
    [InlineData("serve")]
    public async Task A_command_that_has_to_write_to_a_standby_fails_with_one_line(string command)
    {
        var run = await RunAsync(command.Split(' '), StandbyPair.ConnectionStringTo(_pair.StandbyPort));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("read-only", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
    }

    private static string Url(string hosts, string targetAttributes, string database) =>
        $"postgresql://cortex@{hosts}/{database}?sslmode=disable&target_session_attrs={targetAttributes}";

    private static Task<ServerRun> RunAsync(string[] command, string postgres) => ServerProcess.RunAsync(
        command, ("DOTNET_ENVIRONMENT", "Production"), ("PUBLIC_URL", "https://id.example.com"), ("POSTGRES_URL", postgres),
        ("JWT_SECRET_KEY", CortexApp.JwtSecret), ("SECRET_KEY", CortexApp.SecretKey));
}
