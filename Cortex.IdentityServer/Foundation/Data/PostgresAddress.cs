using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>The connection string, with the server's own timeouts and limits unless the operator has set others.</summary>
internal sealed class PostgresAddress(string connectionString)
{
    /// <summary>The maximum number of connections of one server, unless POSTGRES_URL sets another.</summary>
    private const int PoolSize = 40;

    /// <summary>The connection string as Npgsql keywords. It may contain a password.</summary>
    public string ConnectionString { get; } = WithDefaults(connectionString);

    /// <summary>
    /// Shortens Npgsql's default timeouts of 15 and 30 seconds, because the server promises to report a lost database within five seconds. The timeouts add
    /// up: Npgsql cancels an unanswered statement over a new connection, which takes the connect timeout again, and once more if it tries Kerberos
    /// encryption first.
    /// </summary>
    private static string WithDefaults(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        var hosts = builder.Host!.Split(',').Length;
        foreach (var (keyword, value) in new (string, object)[]
        {
            // Hosts are tried one after another, each with this timeout.
            ("Timeout", Math.Clamp(4 / hosts, 1, 2)),
            ("Command Timeout", 2), ("Maximum Pool Size", Math.Max(PoolSize, builder.MinPoolSize)), ("Application Name", "cortex-identity"),
            ("GSS Encryption Mode", "Disable"),

            // The states of several hosts are queried again when a server is lost. At short intervals, a host that doesn't answer would delay requests.
            ("Host Recheck Seconds", 60),

            // This overrides PGCLIENTENCODING.
            ("Client Encoding", "UTF8"),

            // This server leaves no state in a connection (no SET, no temporary tables, no locks beyond a transaction). Npgsql's reset would run
            // seven statements before each use, which take half as long as a small query.
            ("No Reset On Close", true),
        })
        {
            // ContainsKey returns true for every keyword that Npgsql knows, even if it isn't set.
            if (!builder.ShouldSerialize(keyword))
            {
                builder[keyword] = value;
            }
        }

        return builder.ConnectionString;
    }
}
