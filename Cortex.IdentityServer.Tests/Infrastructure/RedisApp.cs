using StackExchange.Redis;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Runs tests that need Redis to respond within 100 ms without parallel tests, whose password hashes would slow it down.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RedisTests
{
    public const string Name = "Redis";
}

/// <summary>A server with its own Redis and low rate limits.</summary>
public class RedisApp(PostgresCluster cluster) : CortexApp(cluster)
{
    private const string Password = "p@ss/w:rd";

    /// <summary>The Redis server, with a password that has to be percent-encoded and a database other than the first.</summary>
    internal RedisServer Redis { get; } = new(Password);

    /// <summary>Whether Redis is running when the server starts.</summary>
    protected virtual bool StartsRedis => true;

    protected override IEnumerable<(string Name, string Value)> Settings =>
        [("REDIS_URL", Redis.Url), ("RATE_LIMITS", "login=50,login_failures=20,health=1000000,documents=1000000"), ("API_KEY_LIMITS", "free=10")];

    /// <summary>Connects to Redis as an operator.</summary>
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

/// <summary>A server that starts before its Redis does.</summary>
public sealed class LateRedisApp(PostgresCluster cluster) : RedisApp(cluster)
{
    protected override bool StartsRedis => false;
}
