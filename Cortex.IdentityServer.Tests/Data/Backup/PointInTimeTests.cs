using System.Net;
using Cortex.IdentityServer.Tests.CommandLine;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data.Backup;

/// <summary><c>docs/backup.md</c> with a base backup and archived WAL: the database as it was at a moment before a mistake.</summary>
public sealed class PointInTimeTests(PostgresCluster cluster)
{
    [Fact]
    public async Task A_restore_to_a_moment_brings_back_what_was_then_and_forgets_what_came_later()
    {
        await using var postgres = await ArchivedPostgres.StartAsync();
        await using var smtp = new SmtpListener();
        await using var app = new AppOn(postgres, smtp, cluster);
        await app.InitializeAsync();
        await postgres.BackUpAsync();
        var server = await LivelyServer.FillAsync(app);
        await app.StartEmailAsync(server.Email);
        var before = await server.ViewAsync(app.Anonymous());
        var moment = await PythonDatabase.SqlAsync<DateTime>(postgres.Unpooled, "SELECT clock_timestamp()");

        // What happens after the moment is lost: an email's delivery, a refresh, a revoked key, and the mistake.
        smtp.ClearFaults();
        await Poll.UntilAsync(TimeSpan.FromSeconds(10), "the email", () => Task.FromResult(smtp.For(server.Email).Count == 1));
        var delivered = smtp.For(server.Email)[0].Message.MessageId;
        var lost = await LivelyServer.RefreshAsync(app.Anonymous(), server.Live);
        await app.SqlAsync("UPDATE api_keys SET revoked_at = now(), is_active = false");
        await (await server.WithKey(app.Anonymous()).GetAsync("/api/v1/auth/verify", TestContext.Current.CancellationToken))
            .ShouldBeAsync(HttpStatusCode.Unauthorized);
        await app.SqlAsync("DELETE FROM users");
        await app.DisposeAsync();
        await postgres.RestoreAsync(moment);

        (await Doctor.RunAsync(postgres.ConnectionString)).ShouldSay(
            3, ("ok    database writes", "accepts"), ("ok    database schema", "All migrations"), ("ok    database triggers", "enabled"));
        using var http = app.StartReplica(out var replica);
        using var _ = replica;
        Assert.Equal(before, await server.ViewAsync(http));

        // The database doesn't know the newer refresh token, and takes the one before, which was spent, for the current one.
        await (await http.PostAsync("/api/v1/auth/refresh", new { refresh_token = lost })).ShouldBeProblemAsync(401, "invalid_refresh_token");
        await server.ShouldWorkAsync(http);

        // The database doesn't know that the email was delivered.
        await Poll.UntilAsync(TimeSpan.FromSeconds(10), "the email once more", () => Task.FromResult(
            smtp.For(server.Email).Count(mail => mail.Message.MessageId == delivered) == 2));

        // An operator who doesn't know what was revoked ends all sessions.
        await PythonDatabase.SqlAsync<long>(postgres.Unpooled, "WITH ended AS (DELETE FROM sessions RETURNING 1) SELECT count(*) FROM ended");
        await (await server.WithSession(http).FetchUntilStatusAsync("/api/v1/auth/me", HttpStatusCode.Unauthorized)).ShouldBeAsync(
            HttpStatusCode.Unauthorized);
    }

    /// <summary>A server on a PostgreSQL of its own, with a mail server.</summary>
    private sealed class AppOn(ArchivedPostgres postgres, SmtpListener smtp, PostgresCluster cluster) : CortexApp(cluster)
    {
        protected override IEnumerable<(string Name, string Value)> Settings =>
            [("SMTP_URL", $"smtp://127.0.0.1:{smtp.Port}"), ("EMAIL_FROM", "no-reply@example.com")];

        /// <summary>Requests an email that the mail server has received but not yet accepted.</summary>
        public async Task StartEmailAsync(string email)
        {
            await this.WaitForEmailsAsync();
            smtp.Clear();
            smtp.FailAt(SmtpPhase.End, SmtpFault.Hold, email);
            await (await this.RequestPasswordResetAsync(email)).ShouldBeAsync(HttpStatusCode.Accepted);
            await Poll.UntilAsync(TimeSpan.FromSeconds(10), "the email to arrive", () => Task.FromResult(smtp.TimesReached(SmtpPhase.End) == 1));
        }

        protected override Task<string> CreateDatabaseAsync(PostgresCluster cluster) => Task.FromResult(postgres.ConnectionString);
    }
}
