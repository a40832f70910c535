using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>Emails of a server without SMTP, which other replicas send.</summary>
public sealed class SmtpReplicaTests(NoSmtpApp app) : IClassFixture<NoSmtpApp>, IAsyncLifetime
{
    private const int EmailCount = 100;

    public async ValueTask InitializeAsync() => await app.SqlAsync("DELETE FROM outbox_mails");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task In_Production_without_SMTP_URL_emails_wait_for_a_replica_that_sends_them()
    {
        var user = await app.RegisterAsync();
        await (await app.Anonymous().PostAsync("/api/v1/auth/forgot-password", new { email = user.Email })).ShouldBeAsync(HttpStatusCode.Accepted);
        Assert.Single(app.Log.Split('\n'), line => line.StartsWith("Warning: SMTP_URL isn't set", StringComparison.Ordinal));
        Assert.Equal(2, await app.CountQueuedAsync());
        Assert.Empty(await app.Mailbox.ForAsync(user.Email));

        await using var smtp = new SmtpListener();
        using (app.StartSender($"smtp://127.0.0.1:{smtp.Port}"))
        {
            await app.AdvanceUntilAsync("the emails", () => smtp.For(user.Email).Count == 2);
            await app.AssertDeliveredOnceAsync(smtp);
        }

        var token = Mailbox.TokenIn(smtp.For(user.Email).Single(mail => mail.Message.Subject == "Confirm your email address").Message);
        await (await app.Anonymous().PostAsync("/api/v1/auth/verify-email", new { token })).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    /// <remarks>The mail server holds each connection until all replicas are connected. Otherwise the first one would send everything.</remarks>
    [Fact]
    public async Task Three_replicas_that_send_concurrently_send_each_email_once()
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
            await app.AdvanceUntilAsync("all emails", () => smtp.Received.Count >= EmailCount);
            await app.AssertDeliveredOnceAsync(smtp);
        }
        finally
        {
            Array.ForEach(replicas, replica => replica.Dispose());
        }

        Assert.Equal(emails.Order(StringComparer.Ordinal), smtp.Received.Select(mail => Assert.Single(mail.To)).Order(StringComparer.Ordinal));
    }

    /// <remarks>An attacker who impersonates the mail server must get neither the emails nor the password.</remarks>
    [Theory]
    [InlineData("smtp")]
    [InlineData("smtps")]
    public async Task A_mail_server_with_an_untrusted_certificate_gets_nothing_and_emails_wait(string scheme)
    {
        using var certificates = new TestCertificates();
        await using var smtp = new SmtpListener { Login = (SmtpApp.User, SmtpApp.Password), Certificate = certificates.Localhost, IsTls = scheme == "smtps" };
        var user = await app.RegisterAsync();
        using (app.StartSender(SmtpApp.UrlOf(scheme, "localhost", smtp.Port)))
        {
            await app.AdvanceUntilAsync("two attempts", () => CountLogLines("no trusted TLS connection") >= 2);
        }

        Assert.DoesNotContain(smtp.Lines, line => line.StartsWith("AUTH", StringComparison.Ordinal) || line.StartsWith("MAIL", StringComparison.Ordinal));
        Assert.Equal(1, await app.CountQueuedAsync());
        Assert.DoesNotContain(user.Email, app.Log, StringComparison.Ordinal);

        int CountLogLines(string text) =>
            app.Log.Split('\n')
                .Count(line => line.Contains($"localhost:{smtp.Port}", StringComparison.Ordinal) && line.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_password_is_not_sent_unencrypted_to_another_machine()
    {
        await using var smtp = new SmtpListener(NonLoopbackAddress()) { Login = (SmtpApp.User, SmtpApp.Password) };
        await app.RegisterAsync();
        using (app.StartSender(SmtpApp.UrlOf("smtp", $"{NonLoopbackAddress()}", smtp.Port)))
        {
            await app.AdvanceUntilAsync("two attempts", () => smtp.TimesReached(SmtpPhase.Ehlo) >= 2);
        }

        Assert.DoesNotContain(smtp.Lines, line => line.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.Empty(smtp.Received);
        Assert.Equal(1, await app.CountQueuedAsync());
    }

    [Fact]
    public async Task Without_a_password_a_mail_server_on_another_machine_need_not_use_TLS()
    {
        await using var smtp = new SmtpListener(NonLoopbackAddress());
        var user = await app.RegisterAsync();
        using (app.StartSender($"smtp://{NonLoopbackAddress()}:{smtp.Port}"))
        {
            await app.AdvanceUntilAsync("the email", () => smtp.For(user.Email).Count == 1);
            await app.AssertDeliveredOnceAsync(smtp);
        }
    }

    [Fact]
    public async Task AUTH_LOGIN_is_used_if_the_mail_server_offers_nothing_else()
    {
        await using var smtp = new SmtpListener { Login = (SmtpApp.User, SmtpApp.Password), Mechanisms = "LOGIN" };
        var user = await app.RegisterAsync();
        using (app.StartSender(SmtpApp.UrlOf("smtp", "127.0.0.1", smtp.Port)))
        {
            await app.AdvanceUntilAsync("the email", () => smtp.For(user.Email).Count == 1);
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
