using System.Security.Authentication;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>Makes data sources that honor <c>target_session_attrs</c>, with one host as with several.</summary>
/// <remarks>
/// Npgsql supports the keyword only with several hosts, and may go by what a host was before. So each new connection is asked what it leads to.
/// </remarks>
internal static class DataSources
{
    /// <param name="connectionString">Npgsql keywords.</param>
    /// <param name="logging">The server's, or null.</param>
    /// <param name="watch">Hears of each new connection, or null.</param>
    public static NpgsqlDataSource Build(string connectionString, ILoggerFactory? logging = null, ServerWatch? watch = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var isOneHost = !settings.Host!.Contains(',', StringComparison.Ordinal);

        // Of several hosts, only one that can be written: a standby's stale rows would be remembered as if they were current.
        var wanted = isOneHost || settings.TargetSessionAttributes == "primary" ? settings.TargetSessionAttributes : "read-write";
        settings.TargetSessionAttributes = isOneHost ? null : wanted;
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString).UseLoggerFactory(logging);
        WideTimes.AddTo(builder);

        // What the parameter ssl_min_protocol_version may ask for at most holds always.
        builder.UseSslClientAuthenticationOptionsCallback(tls => tls.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13);
        if (watch is not null || wanted is "read-write" or "primary")
        {
            builder.UsePhysicalConnectionInitializer(
                connection => Note(ServerState.Read(connection)),
                async connection => Note(await ServerState.ReadAsync(connection, CancellationToken.None)));
        }

        return builder.Build();

        void Note(ServerState server)
        {
            if (wanted is "read-write" or "primary" && (wanted == "primary" ? server.IsStandby : server.IsReadOnly))
            {
                throw new UnsuitableServerException($"this server doesn't match target_session_attrs={wanted}: {server.ReadOnlyReason}");
            }

            watch?.Opened(server);
        }
    }

    /// <summary>For single connections, each of which is opened anew.</summary>
    /// <param name="connectionString">Npgsql keywords.</param>
    /// <param name="application">The name that <c>pg_stat_activity</c> shows, or null for the one that is given.</param>
    public static NpgsqlDataSource BuildUnpooled(string connectionString, string? application = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, MaxAutoPrepare = 0 };
        settings.ApplicationName = application ?? settings.ApplicationName;
        return Build(settings.ConnectionString);
    }

    /// <summary>Closes idle connections now and those in use when they are returned, and forgets which of several hosts was what.</summary>
    public static void Renew(this NpgsqlDataSource database)
    {
        database.Clear();
        database.LookAgain();
    }

    /// <summary>Has every host asked again what it is.</summary>
    public static void LookAgain(this NpgsqlDataSource database) => (database as NpgsqlMultiHostDataSource)?.ClearDatabaseStates();
}
