using Cortex.IdentityServer.Foundation.Configuration;
using StackExchange.Redis;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>The address of Redis: <c>redis://[[user]:password@]host[:port][/db]</c>, or <c>rediss://</c> for TLS.</summary>
internal sealed record RedisAddress(string Host, int Port, bool IsTls, string? User, string? Password, int Database)
{
    private const int DefaultPort = 6379;

    /// <summary>Returns the address without the credentials, for logs.</summary>
    public override string ToString() => $"{Host}:{Port}/{Database}";

    public static RedisAddress? Read(SettingsReader settings)
    {
        const string Variable = "REDIS_URL";
        const string MustBe = "redis://[:password@]host:port[/db] or rediss://…";
        if (settings.ReadUrl(Variable, MustBe, "redis", "rediss") is not { } url)
        {
            return null;
        }

        var path = url.AbsolutePath.Trim('/');
        var database = 0;
        var credential = url.UserInfo.Split(':', 2);
        if ((path.Length > 0 && !(path.All(char.IsAsciiDigit) && int.TryParse(path, out database)))
            || url.Query.Length > 0 || url.Fragment.Length > 0
            || (url.UserInfo.Length > 0 && credential.Length == 1))
        {
            settings.AddError(Variable, $"must be {MustBe}, with a number as the database and nothing after it");
            return null;
        }

        return new(
            url.DnsSafeHost,
            url.Port > 0 ? url.Port : DefaultPort,
            url.Scheme == "rediss",
            Text(credential[0]),
            Text(credential.ElementAtOrDefault(1)),
            database);
    }

    /// <summary>Returns client options with short timeouts, because a late reply is useless for rate limiting.</summary>
    public ConfigurationOptions ToOptions() => new()
    {
        EndPoints = { { Host, Port } },
        Ssl = IsTls,
        SslHost = IsTls ? Host : null,
        User = User,
        Password = Password,
        DefaultDatabase = Database,
        ClientName = "cortex-identity",

        // The server starts and runs without Redis while the client reconnects in the background.
        AbortOnConnectFail = false,
        ConnectRetry = 1,
        ConnectTimeout = 1000,
        AsyncTimeout = 1000,
        ReconnectRetryPolicy = new LinearRetry(500),

        // Fail immediately without a connection, so that the replica decides alone.
        BacklogPolicy = BacklogPolicy.FailFast,
        IncludeDetailInExceptions = false,

        // Use no keys or channels other than the counters: there is only one primary, and no configuration to broadcast.
        TieBreaker = "",
        ConfigurationChannel = "",
    };

    private static string? Text(string? part) => string.IsNullOrEmpty(part) ? null : Uri.UnescapeDataString(part);
}
