using StackExchange.Redis;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Tests that measure whether Redis answers within 100 ms run alone: beside the hashes of others it wouldn't.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RedisTests
{
    public const string Name = "Redis";
}

/// <summary>A server, and its replicas, with a Redis of their own and limits that a test reaches soon.</summary>
public class RedisApp(PostgresCluster cluster) : CortexApp(cluster)
{
    private const string Password = "p@ss/w:rd";

    /// <summary>With a password that has to be percent-encoded, and in another database than the first.</summary>
    internal RedisServer Redis { get; } = new(Password);

    /// <summary>Whether Redis is there when the server starts.</summary>
    protected virtual bool StartsRedis => true;

    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("REDIS_URL", Redis.Url), ("RATE_LIMITS", "login=50,login_failures=20,health=1000000,documents=1000000"), ("API_KEY_LIMITS", "free=10")];

    /// <summary>How often a line was logged.</summary>
    public int CountLogLines(string text) => Log.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>What an operator can do with Redis.</summary>
    public Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync(
        new ConfigurationOptions { EndPoints = { { "127.0.0.1", Redis.Port } }, Password = Password, DefaultDatabase = 1, AllowAdmin = true });

    protected override async Task<string> CreateDatabaseAsync(PostgresCluster cluster)
    {
        if (StartsRedis)
        {
            await Redis.StartAsync();
        }

        return await base.CreateDatabaseAsync(cluster);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Redis.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same, started while Redis is away.</summary>
public sealed class LateRedisApp(PostgresCluster cluster) : RedisApp(cluster)
{
    protected override bool StartsRedis => false;
}
