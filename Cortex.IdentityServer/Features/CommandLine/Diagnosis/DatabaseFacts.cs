using System.Globalization;
using Npgsql;

namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>What one query says about the PostgreSQL at the other end of a connection.</summary>
/// <param name="VersionNumber">The version in the format of <c>server_version_num</c>.</param>
/// <param name="Version">The version in words.</param>
/// <param name="Database">The name of the database.</param>
/// <param name="Encoding">The encoding of the database.</param>
/// <param name="Role">The role of the connection.</param>
/// <param name="HasPlpgsql">Whether the role may use the language of the triggers.</param>
/// <param name="IsEncrypted">Whether PostgreSQL's client, which may be a pooler, uses TLS.</param>
/// <param name="Free">How many further connections this server's role could open, including those that running servers hold.</param>
/// <param name="Timeouts">The timeouts that the role, the database, or the server sets, in milliseconds.</param>
internal sealed record DatabaseFacts(
    int VersionNumber, string Version, string Database, string Encoding, string Role, bool HasPlpgsql, bool IsEncrypted, long Free,
    IReadOnlyDictionary<string, long> Timeouts)
{
    /// <remarks>A role sees the application names of its own connections, so those of this server are counted as free.</remarks>
    private const string Sql = """
        WITH held AS (
            SELECT count(*) AS all_roles, count(*) FILTER (WHERE usename = current_user) AS this_role,
                count(*) FILTER (WHERE datname = current_database()) AS this_database,
                count(*) FILTER (WHERE usename = current_user AND application_name LIKE 'cortex-identity%') AS ours
            FROM pg_stat_activity WHERE datid IS NOT NULL)
        SELECT current_setting('server_version_num')::int, current_setting('server_version'), datname::text, pg_encoding_to_char(encoding), current_user::text,
            coalesce((SELECT has_language_privilege(pg_language.oid, 'USAGE') FROM pg_language WHERE lanname = 'plpgsql'), false),
            coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
            ours + least(
                current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                    - coalesce(current_setting('reserved_connections', true)::int, 0) - all_roles,
                CASE WHEN rolconnlimit >= 0 THEN rolconnlimit - this_role END,
                CASE WHEN datconnlimit >= 0 THEN datconnlimit - this_database END),
            ARRAY(SELECT name || '=' || setting FROM pg_settings WHERE setting <> '0' AND name IN (
                'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout', 'idle_session_timeout') ORDER BY name)
        FROM pg_database CROSS JOIN held JOIN pg_roles ON rolname = current_user WHERE datname = current_database()
        """;

    public static async Task<DatabaseFacts> ReadAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var row = await command.ExecuteReaderAsync(stop);
        await row.ReadAsync(stop);
        return new(
            row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetBoolean(5), row.GetBoolean(6),
            row.GetInt64(7),
            row.GetFieldValue<string[]>(8).Select(setting => setting.Split('=')).ToDictionary(
                pair => pair[0], pair => long.Parse(pair[1], CultureInfo.InvariantCulture)));
    }
}
