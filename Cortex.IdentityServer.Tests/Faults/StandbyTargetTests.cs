using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>A primary and a standby that stay as they are, with a database of its own for each test that writes.</summary>
public sealed class StandbyFixture : IAsyncLifetime
{
    /// <summary>Nobody writes to this one: it has no tables.</summary>
    public const string Empty = "cortex";

    private int _count;
    private Task<string>? _prepared;

    internal StandbyPair Pair { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Pair = await StandbyPair.StartAsync();

    /// <summary>A database that a server has prepared and left.</summary>
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

/// <summary>Which of several hosts a server takes, and what it says of a standby; nothing fails over.</summary>
public sealed class StandbyTargetTests(StandbyFixture steady) : IClassFixture<StandbyFixture>
{
    private readonly StandbyPair _pair = steady.Pair;

    [Theory]
    [InlineData("read-write", "primary")]
    [InlineData("primary", "primary")]
    [InlineData("any", "primary")]
    [InlineData("any", "standby")]
    [InlineData("prefer-standby", "primary")]
    public async Task One_host_is_taken_or_refused_as_target_session_attrs_says(string wanted, string host)
    {
        var port = host == "primary" ? _pair.PrimaryPort : _pair.StandbyPort;

        await using var server = await Replica.StartAsync(Url($"127.0.0.1:{port}", wanted, await steady.PreparedDatabaseAsync()));

        Assert.Equal(host == "primary" ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, (await server.GetAsync("/health")).StatusCode);
    }

    [Theory]
    [InlineData("read-write")]
    [InlineData("primary")]
    public async Task A_standby_where_a_primary_is_asked_for_stops_the_start_with_one_line(string wanted)
    {
        foreach (var hosts in new[] { $"127.0.0.1:{_pair.StandbyPort}", $"127.0.0.1:{_pair.StandbyPort},127.0.0.1:1" })
        {
            var run = await RunAsync([], Url(hosts, wanted, StandbyFixture.Empty));

            Assert.Equal(1, run.ExitCode);
            Assert.StartsWith("PostgreSQL at POSTGRES_URL (127.0.0.1:", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("any")]
    [InlineData("read-write")]
    [InlineData("primary")]
    public async Task Of_several_hosts_the_one_that_can_be_written_is_found_wherever_it_stands(string wanted)
    {
        await using var server = await Replica.StartAsync(
            Url($"127.0.0.1:1,127.0.0.1:{_pair.StandbyPort},127.0.0.1:{_pair.PrimaryPort}", wanted, await steady.NewDatabaseAsync()),
            ("TRUSTED_PROXIES", "127.0.0.1"));

        await AtOnce.RunAsync(4, _ => server.SignUpAsync());
        await (await server.GetAsync("/health/ready")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("migrate")]
    [InlineData("create-admin --email ada@example.com")]
    [InlineData("serve")]
    public async Task A_command_that_would_have_to_write_to_a_standby_ends_with_one_line(string command)
    {
        var run = await RunAsync(command.Split(' '), StandbyPair.ConnectionStringTo(_pair.StandbyPort));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("read-only", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
    }

    private static string Url(string hosts, string wanted, string database) =>
        $"postgresql://cortex@{hosts}/{database}?sslmode=disable&target_session_attrs={wanted}";

    private static Task<ServerRun> RunAsync(string[] command, string postgres) => ServerProcess.RunAsync(
        command, ("DOTNET_ENVIRONMENT", "Production"), ("PUBLIC_URL", "https://id.example.com"), ("POSTGRES_URL", postgres),
        ("JWT_SECRET_KEY", CortexApp.JwtSecret), ("SECRET_KEY", CortexApp.SecretKey));
}
