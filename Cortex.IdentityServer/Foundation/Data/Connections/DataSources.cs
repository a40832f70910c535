using System.Diagnostics;
using System.Security.Authentication;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>Creates data sources that honor <c>target_session_attrs</c>, with one host or several.</summary>
/// <remarks>
/// Npgsql supports the keyword only with several hosts, and may rely on an outdated host state. So every new connection is checked.
/// </remarks>
internal static class DataSources
{
    /// <param name="connectionString">The connection string as Npgsql keywords.</param>
    /// <param name="logging">The server's logger factory, or null.</param>
    /// <param name="watch">Is notified of each new connection, or null.</param>
    public static NpgsqlDataSource Build(string connectionString, ILoggerFactory? logging = null, ServerWatch? watch = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var isOneHost = !settings.Host!.Contains(',', StringComparison.Ordinal);

        // With several hosts, only a writable one is used: a standby's stale rows would be cached as if they were current.
        var wanted = isOneHost || settings.TargetSessionAttributes == "primary" ? settings.TargetSessionAttributes : "read-write";
        settings.TargetSessionAttributes = isOneHost ? null : wanted;
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString).UseLoggerFactory(logging);

        // A label of Npgsql's metrics, which would contain the address and the role otherwise.
        builder.Name = settings.Pooling ? "requests" : "unpooled";
        ClampedTimestamps.AddTo(builder);

        // Background services query all the time, which would fill traces with spans that belong to no request. A span shows the SQL, but no parameters.
        builder.ConfigureTracing(tracing => tracing
            .ConfigureCommandFilter(_ => Activity.Current is not null)
            .EnablePhysicalOpenTracing(false)
            .EnableFirstResponseEvent(false));

        // TLS 1.2 is always the minimum, which is the highest value that ssl_min_protocol_version may have here.
        builder.UseSslClientAuthenticationOptionsCallback(tls => tls.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13);
        if (watch is not null || wanted is "read-write" or "primary")
        {
            builder.UsePhysicalConnectionInitializer(
                connection => CheckAndReport(ServerState.Read(connection)),
                async connection => CheckAndReport(await ServerState.ReadAsync(connection, CancellationToken.None)));
        }

        return builder.Build();

        void CheckAndReport(ServerState server)
        {
            if (wanted is "read-write" or "primary" && (wanted == "primary" ? server.IsStandby : server.IsReadOnly))
            {
                throw new UnsuitableServerException($"this server doesn't match target_session_attrs={wanted}: {server.ReadOnlyReason}");
            }

            watch?.ReportConnection(server);
        }
    }

    /// <summary>Creates a data source without pooling, which opens a new connection each time.</summary>
    /// <param name="connectionString">The connection string as Npgsql keywords.</param>
    /// <param name="application">The name that <c>pg_stat_activity</c> shows, or null for the connection string's.</param>
    public static NpgsqlDataSource BuildUnpooled(string connectionString, string? application = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, MaxAutoPrepare = 0 };
        settings.ApplicationName = application ?? settings.ApplicationName;
        return Build(settings.ConnectionString);
    }

    /// <summary>Closes idle connections now and busy ones when they are returned, and clears the cached states of the hosts.</summary>
    public static void ResetConnections(this NpgsqlDataSource database)
    {
        database.Clear();
        database.ClearHostStates();
    }

    /// <summary>Clears Npgsql's cached states of several hosts, so that each is queried again.</summary>
    public static void ClearHostStates(this NpgsqlDataSource database) => (database as NpgsqlMultiHostDataSource)?.ClearDatabaseStates();
}
