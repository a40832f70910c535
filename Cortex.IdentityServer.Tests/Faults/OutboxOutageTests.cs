using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>PostgreSQL crashes and recovers while emails are queued.</summary>
[Collection(FaultTests.Name)]
public sealed class OutboxOutageTests(TwoServers servers) : IAsyncLifetime
{
    /// <summary>Normally, everything takes seconds, but the sender's pause grows with each failure up to a minute.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(180);

    public ValueTask InitializeAsync() => servers.RestoreAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_queued_email_survives_a_crash_of_PostgreSQL_and_is_sent_once()
    {
        // Other tests leave emails in the servers' shared database.
        await servers.Postgres.SqlAsync("CREATE DATABASE emails");
        var database = new NpgsqlConnectionStringBuilder(servers.Postgres.ConnectionString) { Database = "emails" }.ConnectionString;
        await using var smtp = new SmtpListener();
        await smtp.CloseAsync();
        await using var server = await servers.StartAsync(database, ("SMTP_URL", $"smtp://127.0.0.1:{smtp.Port}"), ("EMAIL_FROM", "no-reply@cortex.example"));
        var email = Replica.NewEmail();
        await (await server.RegisterAsync(email)).ShouldBeAsync(HttpStatusCode.Created);

        await servers.Postgres.KillAsync();

        // Once the sender has noticed the outage, it can't be in the middle of a delivery that PostgreSQL wouldn't record.
        await Poll.UntilAsync(
            Timeout, "the sender notices the outage",
            () => Task.FromResult(server.Process.Output.Contains("Emails could not be sent", StringComparison.Ordinal)));
        smtp.Open();
        await servers.Postgres.RestoreAsync();

        await Poll.UntilAsync(Timeout, "the email", () => Task.FromResult(smtp.For(email).Count > 0));
        await Poll.UntilAsync(Timeout, "an empty outbox", async () => await CountQueuedAsync(database) == 0);
        Assert.Single(smtp.For(email));
    }

    private static async Task<long> CountQueuedAsync(string database)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM outbox_mails", connection);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
