using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Checks that a notification reaches another connection, as replicas learn of revocations. It uses a channel that no server listens to.</summary>
internal static class NoticeCheck
{
    private const string Channel = "cortex_doctor";

    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(NpgsqlDataSource source, CheckLines lines, CancellationToken stop)
    {
        await using var ownSource = source;
        await using var listener = await source.OpenConnectionAsync(stop);
        await using var sender = await source.OpenConnectionAsync(stop);
        var notice = Guid.NewGuid().ToString();
        var hasArrived = false;
        listener.Notification += (_, received) => hasArrived |= received.Payload == notice;
        try
        {
            await ExecuteAsync(listener, $"LISTEN {Channel}", stop);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            // A standby delivers none, which the check of writes reports.
            return;
        }

        var sent = Stopwatch.GetTimestamp();
        await ExecuteAsync(sender, $"SELECT pg_notify('{Channel}', '{notice}')", stop);
        await WaitAsync(listener, () => hasArrived, stop);
        if (hasArrived)
        {
            lines.Ok(
                "database notices",
                string.Create(CultureInfo.InvariantCulture, $"A notification arrived after {Stopwatch.GetElapsedTime(sent).TotalMilliseconds:0} ms"));
        }
        else
        {
            lines.Warn(
                "database notices",
                "Notifications don't arrive, as behind a connection pooler in transaction mode, so replicas learn of revocations up to a second late",
                "Point POSTGRES_URL at PostgreSQL itself, or at a pooler in session mode");
        }

        await ExecuteAsync(listener, $"UNLISTEN {Channel}", stop);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
#pragma warning disable CA2100 // The texts are constants of this class and the text of a GUID.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(stop);
    }

    private static async Task WaitAsync(NpgsqlConnection listener, Func<bool> hasArrived, CancellationToken stop)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(MaxDelay);
        try
        {
            while (!hasArrived())
            {
                await listener.WaitAsync(timeout.Token);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
        }
    }
}
