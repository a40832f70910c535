using System.Diagnostics;
using System.Globalization;
using System.Net;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Cortex.IdentityServer.Foundation.Data.Inspection;
using Npgsql;

namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Checks PostgreSQL itself: version, encoding, encryption, writability, clock, timeouts, and free connections.</summary>
internal static class ServerCheck
{
    private const int NewestTestedMajor = 18;

    /// <summary>The connections of one server beside its pool: one listens for changes, the other is for replacing it.</summary>
    private const int BesidePool = 2;

    /// <summary>Shorter timeouts would cancel reports and the removal of large accounts.</summary>
    private static readonly TimeSpan MinTimeout = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(Examination work, NpgsqlConnection connection, CheckLines lines, CancellationToken stop)
    {
        var facts = await DatabaseFacts.ReadAsync(connection, stop);
        CheckVersion(work, facts, lines);
        if (ServerChecks.EncodingRefusal(facts.Database, facts.Encoding) is { } encoding)
        {
            lines.Fail("database encoding", encoding);
        }
        else
        {
            lines.Ok("database encoding", facts.Encoding);
        }

        var address = new NpgsqlConnectionStringBuilder(work.Get<PostgresAddress>().ConnectionString);
        var isDirect = await PoolerProbe.IsDirectAsync(address.ConnectionString, stop);
        CheckEncryption(address, isDirect && facts.IsEncrypted, lines);
        if ((await ServerState.ReadAsync(connection, stop)).ReadOnlyReason is { } reason)
        {
            lines.Fail("database writes", $"The database is read-only: {reason}", "Point POSTGRES_URL at the primary, or turn that setting off");
        }
        else
        {
            lines.Ok("database writes", "The database accepts writes");
        }

        if (facts.HasPlpgsql)
        {
            lines.Ok("database extensions", "None is needed, and the role may use plpgsql");
        }
        else
        {
            lines.Fail(
                "database extensions", $"The role {facts.Role} can't use the language plpgsql, which the triggers are written in",
                "Run CREATE EXTENSION plpgsql as the owner of the database");
        }

        await CheckClockAsync(connection, lines, stop);
        CheckTimeouts(facts, lines);
        CheckConnections(address.MaxPoolSize + BesidePool, isDirect, facts, lines);
    }

    private static void CheckVersion(Examination work, DatabaseFacts facts, CheckLines lines)
    {
        if (ServerChecks.VersionRefusal(facts.VersionNumber, facts.Version) is { } refusal)
        {
            lines.Fail("database", refusal);
        }
        else if (facts.VersionNumber / 10000 > NewestTestedMajor)
        {
            lines.Warn(
                "database",
                string.Create(
                    CultureInfo.InvariantCulture, $"PostgreSQL {facts.Version} is newer than what this server is tested with (15 to {NewestTestedMajor})"),
                "Update this server, or use a tested version");
        }
        else
        {
            lines.Ok("database", $"{work.Database.Name} answers the role {facts.Role}, and is version {facts.Version}");
        }
    }

    private static void CheckEncryption(NpgsqlConnectionStringBuilder address, bool isEncrypted, CheckLines lines)
    {
        if (isEncrypted || address.SslMode is SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull)
        {
            lines.Ok("database tls", $"The connection is encrypted (sslmode {address.SslMode})");
        }
        else if (address.Host!.Split(',').All(IsThisMachine))
        {
            lines.Ok("database tls", "PostgreSQL runs on this machine, and the connection isn't encrypted");
        }
        else
        {
            lines.Warn(
                "database tls", "Nothing says that the connection is encrypted, so hashes and emails may be read on the network",
                "Add sslmode=verify-full to POSTGRES_URL; see docs/failover.md");
        }
    }

    private static bool IsThisMachine(string host) => host.StartsWith('/') || host.StartsWith('@')
        || (IPEndPoint.TryParse(host, out var address)
            ? IPAddress.IsLoopback(address.Address)
            : host.Split(':')[0].Equals("localhost", StringComparison.OrdinalIgnoreCase));

    /// <summary>Tokens and codes of second factors depend on the time, and some of their timestamps come from the database.</summary>
    private static async Task CheckClockAsync(NpgsqlConnection connection, CheckLines lines, CancellationToken stop)
    {
        // PostgreSQL read its clock at some moment of the exchange, so the comparison is uncertain by half of it.
        await using var command = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        var (before, started) = (TimeProvider.System.GetUtcNow(), Stopwatch.GetTimestamp());
        var there = new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(stop))!);
        var elapsed = Stopwatch.GetElapsedTime(started);
        var difference = there - before - (elapsed / 2);
        ClockCheck.Report(difference, uncertainty: elapsed / 2, lines);
    }

    private static void CheckTimeouts(DatabaseFacts facts, CheckLines lines)
    {
        var odd = facts.Timeouts
            .Where(timeout => timeout.Key == "idle_session_timeout" || TimeSpan.FromMilliseconds(timeout.Value) < MinTimeout)
            .Select(timeout => string.Create(CultureInfo.InvariantCulture, $"{timeout.Key} = {timeout.Value} ms"))
            .ToList();
        if (odd.Count == 0)
        {
            lines.Ok("database timeouts", "No setting of the role or the database ends long statements or idle connections early");
        }
        else
        {
            lines.Warn(
                "database timeouts", $"Settings of the role, the database, or PostgreSQL end statements or connections early: {string.Join(", ", odd)}",
                $"Run ALTER ROLE {Catalog.Quote(facts.Role)} SET … = 0 for each");
        }
    }

    private static void CheckConnections(int needed, bool isDirect, DatabaseFacts facts, CheckLines lines)
    {
        if (!isDirect)
        {
            lines.Ok("database connections", "A connection pooler limits the connections, not PostgreSQL");
        }
        else if (facts.Free < needed)
        {
            lines.Warn(
                "database connections",
                string.Create(CultureInfo.InvariantCulture, $"PostgreSQL has room for {facts.Free} connections, and each replica needs up to {needed}"),
                "Raise max_connections or the role's CONNECTION LIMIT, or lower \"Maximum Pool Size\" in POSTGRES_URL");
        }
        else
        {
            lines.Ok(
                "database connections",
                string.Create(CultureInfo.InvariantCulture, $"PostgreSQL has room for {facts.Free}, and each replica needs up to {needed}"));
        }
    }
}
