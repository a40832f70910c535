using System.Net;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>Real server processes, which end between a request and its mail, or in the middle of the mail.</summary>
/// <remarks>Nothing that was answered with success is lost by a <c>kill -9</c> a moment later.</remarks>
public sealed class KilledSenderTests(PostgresCluster cluster) : IAsyncLifetime
{
    private readonly SmtpListener _smtp = new();
    private string _database = "";

    public async ValueTask InitializeAsync() => _database = await cluster.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _smtp.DisposeAsync();

    [Fact]
    public async Task A_mail_of_a_server_that_is_killed_after_the_answer_is_sent_once_by_the_next()
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
    public async Task A_mail_of_a_server_that_is_killed_while_it_sends_is_sent_once_by_another()
    {
        var email = $"slow-{Replica.NewEmail()}";
        _smtp.FailAt(SmtpPhase.Content, SmtpFault.Stall, email);
        await using var first = await StartAsync();
        await (await first.RegisterAsync(email)).ShouldBeAsync(HttpStatusCode.Created);
        await OutboxSteps.UntilAsync("half a mail", () => _smtp.TimesReached(SmtpPhase.Content) == 1);

        // The other sends its own and leaves this one alone, while the first has it.
        await using var another = await StartAsync();
        var neighbour = Replica.NewEmail();
        await (await another.RegisterAsync(neighbour)).ShouldBeAsync(HttpStatusCode.Created);
        await OutboxSteps.UntilAsync("its own mail", () => _smtp.For(neighbour).Count == 1);
        Assert.DoesNotContain(
            _smtp.Lines.SkipWhile(line => !line.Contains(email, StringComparison.Ordinal)).Skip(1), line => line.Contains(email, StringComparison.Ordinal));

        await first.Process.KillAsync();
        _smtp.ClearFaults();
        await ShouldArriveOnceAsync(email);
    }

    /// <remarks>Broken off, nobody would know whether it has gone.</remarks>
    [Fact]
    public async Task A_server_that_is_asked_to_stop_while_it_sends_finishes_the_mail()
    {
        var email = Replica.NewEmail();
        _smtp.FailAt(SmtpPhase.End, SmtpFault.Hold);
        await using var server = await StartAsync(("DRAIN_SECONDS", "0"));
        await (await server.RegisterAsync(email)).ShouldBeAsync(HttpStatusCode.Created);
        await OutboxSteps.UntilAsync("a mail without an answer", () => _smtp.TimesReached(SmtpPhase.End) == 1);

        var ending = server.Process.SignalAsync("TERM");
        await Poll.UntilAsync(OutboxSteps.Timeout, "the server listens no more", async () => !await IsListeningAsync(server));
        Assert.False(ending.IsCompleted);
        _smtp.ClearFaults();

        Assert.Equal(0, (await ending).ExitCode);
        await ShouldArriveOnceAsync(email);
    }

    /// <remarks>An authority of the operator's own has no revocation list anywhere, and a closed network reaches none.</remarks>
    [Theory]
    [InlineData("smtp")]
    [InlineData("smtps")]
    public async Task Where_the_mail_server_has_a_certificate_that_is_trusted_the_password_and_the_mail_are_encrypted(string scheme)
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
            await OutboxSteps.UntilAsync("the mail", () => smtp.For(email).Count == 1);

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
        // On a machine so busy that another server takes 15 seconds to start, the first has given up by then, and put the mail off.
        await Poll.UntilAsync(TimeSpan.FromSeconds(60), "the mail", () => Task.FromResult(_smtp.For(email).Count > 0));
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
