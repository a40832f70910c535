using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Distinguishes a Redis server that rejects commands, for a reason that the operator should read, from one that doesn't respond.</summary>
internal static partial class RedisFailure
{
    private const string PermissionsHint = "see docs/redis.md for the permissions it needs";

    /// <summary>Whether the exception comes from the Redis client.</summary>
    public static bool IsRedisFailure(Exception failure) => failure is RedisException or RedisCommandException or TimeoutException or ObjectDisposedException;

    /// <summary>Returns why Redis rejects commands, as a clause, or null if it merely didn't respond.</summary>
    public static string? Reason(Exception failure, ConnectionMultiplexer? connection, RedisAddress address)
    {
        var message = string.Join(' ', Chain(failure).Select(part => part.Message));
        var kind = connection?.GetServers() is [var server, ..] ? server.ServerType : ServerType.Standalone;
        return message switch
        {
            _ when Has("RESP protocol failure") => "it doesn't speak the Redis protocol",
            _ when kind == ServerType.Sentinel => "it is a Sentinel, which stores no data; REDIS_URL must point to the primary itself",
            _ when (kind == ServerType.Cluster || Has("Multiple databases are not supported")) && address.Database > 0 =>
                $"a cluster has only database 0, and REDIS_URL names database {address.Database}",
            _ when Has("READONLY") => "it is a read-only replica (READONLY)",
            _ when Has("MASTERDOWN") => "it is a replica that has lost its primary (MASTERDOWN)",
            _ when Has("LOADING") => "it is still loading its data (LOADING)",
            _ when Has("CLUSTERDOWN") => "its cluster is down (CLUSTERDOWN)",
            _ when Has("NOREPLICAS") => "it has too few replicas to accept writes (NOREPLICAS)",
            _ when Has("OOM ") => "its memory is full (OOM)",
            _ when Has("MISCONF") => "it can't save its data and therefore rejects writes (MISCONF)",
            _ when Has("WRONGPASS") || Has("NOAUTH") || Has("invalid password") || Has("invalid username-password") || Has("AuthenticationFailure") =>
                "it rejects the user or password in REDIS_URL",
            _ when Has("NOPERM") || Has("The user executing the script can't run") =>
              $"its user lacks permissions (NOPERM{Command(message)}); {PermissionsHint}",
            _ when Has("DB index is out of range") || Has("database does not exist") => $"it has no database {address.Database}",
            _ when Chain(failure).FirstOrDefault(part => part is RedisServerException or RedisCommandException) is { } other => other.Message,
            _ => null,
        };

        bool Has(string text) => message.Contains(text, StringComparison.Ordinal);
    }

    private static string Command(string message) => CommandPattern().Match(message) switch
    {
        { Success: true } match => $": {match.Groups[1].Value}{match.Groups[2].Value}",
        _ when message.Contains("keys", StringComparison.Ordinal) => ": keys cortex:limit:*",
        _ => "",
    };

    private static IEnumerable<Exception> Chain(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            yield return failure;
        }
    }

    [GeneratedRegex(@"run the '([a-z|]+)' command|\(command: ([a-z]+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex CommandPattern();
}
