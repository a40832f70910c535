using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>Mails of a server that sends none, sent by replicas that do.</summary>
public sealed class SmtpReplicaTests(NoSmtpApp app) : IClassFixture<NoSmtpApp>, IAsyncLifetime
{
    private const int EmailCount = 100;

    public async ValueTask InitializeAsync() => await app.SqlAsync("DELETE FROM outbox_mails");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task In_Production_without_SMTP_URL_mails_wait_and_go_when_a_replica_sends()
    {
        var user = await app.RegisterAsync();
        await (await app.Anonymous().PostAsync("/api/v1/auth/forgot-password", new { email = user.Email })).ShouldBeAsync(HttpStatusCode.Accepted);
        Assert.Single(app.Log.Split('\n'), line => line.StartsWith("Warning: SMTP_URL isn't set", StringComparison.Ordinal));
        Assert.Equal(2, await app.CountQueuedAsync());
        Assert.Empty(await app.Mailbox.ForAsync(user.Email));

        await using var smtp = new SmtpListener();
        using (app.StartSender($"smtp://127.0.0.1:{smtp.Port}"))
        {
            await app.AdvanceUntilAsync("the mails", () => smtp.For(user.Email).Count == 2);
            await app.AssertDeliveredOnceAsync(smtp);
        }

        var token = Mailbox.TokenIn(smtp.For(user.Email).Single(mail => mail.Message.Subject == "Confirm your email address").Message);
        await (await app.Anonymous().PostAsync("/api/v1/auth/verify-email", new { token })).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    /// <remarks>The mail server holds each until all are there: otherwise the first would have sent everything.</remarks>
    [Fact]
    public async Task Three_replicas_that_send_at_once_send_each_mail_once()
    {
        var emails = Enumerable.Range(0, EmailCount).Select(_ => app.NewEmail()).ToArray();
        await app.SqlAsync(
            """
            INSERT INTO outbox_mails (id, kind, recipient, created_at, due_at, expires_at)
            SELECT gen_random_uuid(), 'password_changed', email, $2, $2, $2 + interval '1 day' FROM unnest($1) AS email
            """,
            emails, app.Clock.GetUtcNow());
        await using var smtp = new SmtpListener();
        smtp.FailAt(SmtpPhase.Greeting, SmtpFault.Hold);
        var replicas = Enumerable.Range(0, 3).Select(_ => app.StartSender($"smtp://127.0.0.1:{smtp.Port}")).ToArray();
        try
        {
            await app.AdvanceUntilAsync("three connections", () => smtp.TimesReached(SmtpPhase.Greeting) >= 3);
            smtp.ClearFaults();
            await app.AdvanceUntilAsync("all mails", () => smtp.Received.Count >= EmailCount);
            await app.AssertDeliveredOnceAsync(smtp);
        }
        finally
        {
            Array.ForEach(replicas, replica => replica.Dispose());
        }

        Assert.Equal(emails.Order(StringComparer.Ordinal), smtp.Received.Select(mail => Assert.Single(mail.To)).Order(StringComparer.Ordinal));
    }

    /// <remarks>Whoever answers in the mail server's place must not get the mails, nor the password.</remarks>
    [Theory]
    [InlineData("smtp")]
    [InlineData("smtps")]
    public async Task A_mail_server_whose_certificate_is_not_trusted_gets_nothing_and_mails_wait(string scheme)
    {
        using var certificates = new TestCertificates();
        await using var smtp = new SmtpListener { Login = (SmtpApp.User, SmtpApp.Password), Certificate = certificates.Localhost, IsTls = scheme == "smtps" };
        var user = await app.RegisterAsync();
        using (app.StartSender(SmtpApp.UrlOf(scheme, "localhost", smtp.Port)))
        {
            await app.AdvanceUntilAsync("two tries", () => Logged("no trusted TLS connection") >= 2);
        }

        Assert.DoesNotContain(smtp.Lines, line => line.StartsWith("AUTH", StringComparison.Ordinal) || line.StartsWith("MAIL", StringComparison.Ordinal));
        Assert.Equal(1, await app.CountQueuedAsync());
        Assert.DoesNotContain(user.Email, app.Log, StringComparison.Ordinal);

        int Logged(string text) =>
            app.Log.Split('\n')
                .Count(line => line.Contains($"localhost:{smtp.Port}", StringComparison.Ordinal) && line.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_password_does_not_leave_this_machine_in_clear()
    {
        await using var smtp = new SmtpListener(NonLoopbackAddress()) { Login = (SmtpApp.User, SmtpApp.Password) };
        await app.RegisterAsync();
        using (app.StartSender(SmtpApp.UrlOf("smtp", $"{NonLoopbackAddress()}", smtp.Port)))
        {
            await app.AdvanceUntilAsync("two tries", () => smtp.TimesReached(SmtpPhase.Ehlo) >= 2);
        }

        Assert.DoesNotContain(smtp.Lines, line => line.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.Empty(smtp.Received);
        Assert.Equal(1, await app.CountQueuedAsync());
    }

    [Fact]
    public async Task Without_a_password_a_mail_server_elsewhere_need_not_encrypt()
    {
        await using var smtp = new SmtpListener(NonLoopbackAddress());
        var user = await app.RegisterAsync();
        using (app.StartSender($"smtp://{NonLoopbackAddress()}:{smtp.Port}"))
        {
            await app.AdvanceUntilAsync("the mail", () => smtp.For(user.Email).Count == 1);
            await app.AssertDeliveredOnceAsync(smtp);
        }
    }

    [Fact]
    public async Task A_mail_server_that_wants_the_old_way_of_logging_in_gets_it()
    {
        await using var smtp = new SmtpListener { Login = (SmtpApp.User, SmtpApp.Password), Mechanisms = "LOGIN" };
        var user = await app.RegisterAsync();
        using (app.StartSender(SmtpApp.UrlOf("smtp", "127.0.0.1", smtp.Port)))
        {
            await app.AdvanceUntilAsync("the mail", () => smtp.For(user.Email).Count == 1);
        }

        Assert.Equal(SmtpApp.User, smtp.For(user.Email)[0].User);
    }

    private static IPAddress NonLoopbackAddress()
    {
        var address = NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.OperationalStatus == OperationalStatus.Up && card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        Assert.SkipWhen(address is null, "this machine has no network");
        return address!;
    }
}
