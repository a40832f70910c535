using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>PostgreSQL dies and comes back while mails wait in it.</summary>
[Collection(FaultTests.Name)]
public sealed class OutboxOutageTests(TwoServers servers) : IAsyncLifetime
{
    /// <summary>Mostly within seconds; after each failure the sender's pause grows, up to a minute.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(180);

    public ValueTask InitializeAsync() => servers.RestoreAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_mail_that_waits_survives_the_death_of_PostgreSQL_and_goes_once()
    {
        // Others leave mails in the servers' own database.
        await servers.Postgres.SqlAsync("CREATE DATABASE mails");
        var database = new NpgsqlConnectionStringBuilder(servers.Postgres.ConnectionString) { Database = "mails" }.ConnectionString;
        await using var smtp = new SmtpListener();
        await smtp.CloseAsync();
        await using var server = await servers.StartAsync(database, ("SMTP_URL", $"smtp://127.0.0.1:{smtp.Port}"), ("EMAIL_FROM", "no-reply@cortex.example"));
        var email = Replica.NewEmail();
        await (await server.RegisterAsync(email)).ShouldBeAsync(HttpStatusCode.Created);

        await servers.Postgres.KillAsync();

        // The sender has found out, so it isn't in the middle of a mail that PostgreSQL would then forget was sent.
        await Poll.UntilAsync(
            Timeout, "the sender notices the outage",
            () => Task.FromResult(server.Process.Output.Contains("Emails could not be sent", StringComparison.Ordinal)));
        smtp.Open();
        await servers.Postgres.RestoreAsync();

        await Poll.UntilAsync(Timeout, "the mail", () => Task.FromResult(smtp.For(email).Count > 0));
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
