using System.Net;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>Real server processes that end between a request and its email, or while they send it.</summary>
/// <remarks>No email of a successful request is lost if the server is killed a moment later.</remarks>
public sealed class KilledSenderTests(PostgresCluster cluster) : IAsyncLifetime
{
    private readonly SmtpListener _smtp = new();
    private string _database = "";

    public async ValueTask InitializeAsync() => _database = await cluster.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _smtp.DisposeAsync();

    [Fact]
    public async Task An_email_of_a_server_that_is_killed_after_the_response_is_sent_once_by_the_next()
    {
        await _smtp.CloseAsync();
        var email = Replica.NewEmail();
        await using (var first = await StartAsync())
        {
            await (await first.RegisterAsync(email)).ShouldBeAsync(HttpStatusCode.Created);
            await first.Process.KillAsync();
        }

        Assert.Equal(1L, await CountQueuedAsync());
        _smtp.Open();
        await using var next = await StartAsync();
        await ShouldArriveOnceAsync(email);
    }

    [Fact]
    public async Task An_email_of_a_server_that_is_killed_while_it_sends_is_sent_once_by_another()
    {
        var email = $"slow-{Replica.NewEmail()}";
        _smtp.FailAt(SmtpPhase.Content, SmtpFault.Stall, email);
        await using var first = await StartAsync();
        await (await first.RegisterAsync(email)).ShouldBeAsync(HttpStatusCode.Created);
        await OutboxSteps.UntilAsync("half an email", () => _smtp.TimesReached(SmtpPhase.Content) == 1);

        // While the first server is sending the email, the other one sends its own and doesn't touch this one.
        await using var another = await StartAsync();
        var other = Replica.NewEmail();
        await (await another.RegisterAsync(other)).ShouldBeAsync(HttpStatusCode.Created);
        await OutboxSteps.UntilAsync("its own email", () => _smtp.For(other).Count == 1);
        Assert.DoesNotContain(
            _smtp.Lines.SkipWhile(line => !line.Contains(email, StringComparison.Ordinal)).Skip(1), line => line.Contains(email, StringComparison.Ordinal));

        await first.Process.KillAsync();
        _smtp.ClearFaults();
        await ShouldArriveOnceAsync(email);
    }

    /// <remarks>If the server aborted the delivery, it couldn't know whether the email was accepted.</remarks>
    [Fact]
    public async Task A_server_that_is_stopped_while_it_sends_finishes_the_email()
    {
        var email = Replica.NewEmail();
        _smtp.FailAt(SmtpPhase.End, SmtpFault.Hold);
        await using var server = await StartAsync(("DRAIN_SECONDS", "0"));
        await (await server.RegisterAsync(email)).ShouldBeAsync(HttpStatusCode.Created);
        await OutboxSteps.UntilAsync("an email without a reply", () => _smtp.TimesReached(SmtpPhase.End) == 1);

        var ending = server.Process.SignalAsync("TERM");
        await Poll.UntilAsync(OutboxSteps.Timeout, "the end of listening", async () => !await IsListeningAsync(server));
        Assert.False(ending.IsCompleted);
        _smtp.ClearFaults();

        Assert.Equal(0, (await ending).ExitCode);
        await ShouldArriveOnceAsync(email);
    }

    /// <remarks>A private authority has no revocation list, and a closed network couldn't reach one.</remarks>
    [Theory]
    [InlineData("smtp")]
    [InlineData("smtps")]
    public async Task If_the_mail_server_has_a_trusted_certificate_the_password_and_the_email_are_encrypted(string scheme)
    {
        using var certificates = new TestCertificates();
        await using var smtp = new SmtpListener { Login = (SmtpApp.User, SmtpApp.Password), Certificate = certificates.Localhost, IsTls = scheme == "smtps" };
        var file = Path.Combine(AppContext.BaseDirectory, $"{Guid.NewGuid():N}.pem");
        await File.WriteAllTextAsync(file, certificates.AuthorityPem, TestContext.Current.CancellationToken);
        try
        {
            await using var server = await StartAsync(("SMTP_URL", SmtpApp.UrlOf(scheme, "localhost", smtp.Port)), ("SSL_CERT_FILE", file));
            var email = Replica.NewEmail();
            await (await server.RegisterAsync(email)).ShouldBeAsync(HttpStatusCode.Created);
            await OutboxSteps.UntilAsync("the email", () => smtp.For(email).Count == 1);

            Assert.Equal((true, SmtpApp.User), (smtp.For(email)[0].IsEncrypted, smtp.For(email)[0].User));
            var auth = smtp.Lines.ToList().FindIndex(line => line.StartsWith("AUTH", StringComparison.Ordinal));
            Assert.Equal(scheme == "smtp", smtp.Lines.Take(auth).Contains("STARTTLS"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private Task<Replica> StartAsync(params (string Name, string Value)[] settings) =>
        Replica.StartAsync(_database, [("SMTP_URL", $"smtp://127.0.0.1:{_smtp.Port}"), ("EMAIL_FROM", "no-reply@cortex.example"), .. settings]);

    private static async Task<bool> IsListeningAsync(Replica server)
    {
        try
        {
            using var answer = await server.GetAsync("/health/live");
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task ShouldArriveOnceAsync(string email)
    {
        // If a busy machine takes 15 seconds to start another server, the first one has given up by then and postponed the email.
        await Poll.UntilAsync(TimeSpan.FromSeconds(60), "the email", () => Task.FromResult(_smtp.For(email).Count > 0));
        await Poll.UntilAsync(OutboxSteps.Timeout, "an empty outbox", async () => await CountQueuedAsync() == 0);
        Assert.Single(_smtp.For(email));
    }

    private async Task<long> CountQueuedAsync()
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM outbox_mails", connection);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
