using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Where PostgreSQL is, with timeouts and limits where the operator says nothing of them.</summary>
internal sealed class PostgresAddress(string connectionString)
{
    /// <summary>Connections that one server keeps at most, where POSTGRES_URL doesn't say.</summary>
    private const int PoolSize = 40;

    /// <summary>Npgsql's keyword form; it may hold a password.</summary>
    public string ConnectionString { get; } = WithBounds(connectionString);

    /// <summary>
    /// A database that is gone has to be noticed within the five seconds that clients are promised, so Npgsql's 15 and 30 are cut where the operator says
    /// nothing. They add up: a statement that isn't answered is cancelled over a new connection, which takes the connect timeout once more, and yet once more
    /// where Npgsql tries Kerberos encryption first.
    /// </summary>
    private static string WithBounds(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        var hosts = builder.Host!.Split(',').Length;
        foreach (var (keyword, value) in new (string, object)[]
        {
            // Each of several hosts has this long, one after another.
            ("Timeout", Math.Clamp(4 / hosts, 1, 2)),
            ("Command Timeout", 2), ("Maximum Pool Size", Math.Max(PoolSize, builder.MinPoolSize)), ("Application Name", "cortex-identity"),
            ("GSS Encryption Mode", "Disable"),

            // What each of several hosts is gets looked up when a server is lost, and not at intervals at which one that doesn't answer would hold up requests.
            ("Host Recheck Seconds", 60),

            // Not what PGCLIENTENCODING says.
            ("Client Encoding", "UTF8"),

            // Nothing here leaves anything behind in a connection (no SET, no temporary table, no lock beyond its transaction), so the seven
            // statements that would clean up before each next use, half the time of a small read, are spared.
            ("No Reset On Close", true),
        })
        {
            // ContainsKey is true of every keyword that Npgsql knows, set or not.
            if (!builder.ShouldSerialize(keyword))
            {
                builder[keyword] = value;
            }
        }

        return builder.ConnectionString;
    }
}
