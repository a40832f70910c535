using System.Text;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>Addresses that aren't ASCII, with mail servers that support them (RFC 6531) and with those that don't.</summary>
public sealed class InternationalEmailTests(NoSmtpApp app) : IClassFixture<NoSmtpApp>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await app.SqlAsync("DELETE FROM outbox_mails");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_mail_server_without_SMTPUTF8_gets_no_such_address_and_the_next_email_is_sent()
    {
        await using var smtp = new SmtpListener();
        using var sender = app.StartSender($"smtp://127.0.0.1:{smtp.Port}");
        var (asciiOnly, international) = (app.NewEmail(), $"jürgen-{app.NewEmail()}");
        var before = app.Log.Length;
        await app.EnqueueAsync(international);
        await app.EnqueueAsync(asciiOnly);

        await app.AdvanceUntilAsync("the deliverable email", () => smtp.For(asciiOnly).Count == 1);
        await app.AdvanceUntilAsync("three attempts", async () => await CountRefusalsAsync(international) >= 3);
        Assert.All(smtp.Lines, line => Assert.True(Ascii.IsValid(line), line));
        Assert.Equal(1, await app.CountQueuedAsync());
        Assert.Single(app.Log[before..].Split('\n'), line => line.Contains("doesn't support SMTPUTF8", StringComparison.Ordinal));
        Assert.DoesNotContain("jürgen", app.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_server_with_SMTPUTF8_gets_an_address_that_is_not_ASCII()
    {
        await using var smtp = new SmtpListener { OffersUtf8 = true };
        using var sender = app.StartSender($"smtp://127.0.0.1:{smtp.Port}");
        var (international, plain) = ($"jürgen-{app.NewEmail()}", app.NewEmail());
        await app.EnqueueAsync(international);
        await app.EnqueueAsync(plain);

        await app.AdvanceUntilAsync("both emails", () => smtp.For(international).Count == 1 && smtp.For(plain).Count == 1);
        Assert.Equal(international, smtp.For(international)[0].Message.To.Mailboxes.Single().Address);
        Assert.Single(smtp.Lines, line => line.StartsWith("MAIL", StringComparison.Ordinal) && line.Contains("SMTPUTF8", StringComparison.Ordinal));
        await app.AssertDeliveredOnceAsync(smtp);
    }

    [Theory]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData("почта.пример", "xn--80a1acny.xn--e1afmkfd")]
    public async Task The_domain_of_a_recipient_is_ASCII_on_the_wire(string domain, string ascii)
    {
        await using var smtp = new SmtpListener();
        using var sender = app.StartSender($"smtp://127.0.0.1:{smtp.Port}");
        await app.EnqueueAsync($"ada@{domain}");

        await app.AdvanceUntilAsync("the email", () => smtp.Received.Count == 1);
        Assert.Equal([$"ada@{ascii}"], smtp.Received[0].To);
        Assert.Contains($"\r\nTo: ada@{ascii}\r\n", smtp.Received[0].Raw, StringComparison.Ordinal);
        Assert.True(Ascii.IsValid(smtp.Received[0].Raw));
    }

    [Theory]
    [InlineData("no-reply@bücher.example")]
    [InlineData("no-reply@xn--bcher-kva.example")]
    [InlineData("Bücher <no-reply@bücher.example>")]
    public async Task The_domain_of_the_sender_is_ASCII_in_the_envelope_and_in_every_header(string from)
    {
        await using var smtp = new SmtpListener { Offers8Bit = false };
        using var sender = app.StartSender($"smtp://127.0.0.1:{smtp.Port}", ("EMAIL_FROM", from));
        await app.EnqueueAsync(app.NewEmail());

        await app.AdvanceUntilAsync("the email", () => smtp.Received.Count == 1);
        var mail = smtp.Received[0];
        Assert.Equal("no-reply@xn--bcher-kva.example", mail.From);
        Assert.EndsWith("@xn--bcher-kva.example>", mail.Message.Headers["Message-Id"], StringComparison.Ordinal);
        Assert.True(Ascii.IsValid(mail.Raw), mail.Raw);
    }

    [Theory]
    [InlineData("https://id.example.com/auth", "EHLO id.example.com")]
    [InlineData("https://id.bücher.example", "EHLO id.xn--bcher-kva.example")]
    [InlineData("http://localhost:5000", "EHLO [127.0.0.1]")]
    [InlineData("http://identity:8080", "EHLO [127.0.0.1]")]
    [InlineData("http://192.0.2.7:5000", "EHLO [192.0.2.7]")]
    [InlineData("http://[2001:db8::7]:5000", "EHLO [IPv6:2001:db8::7]")]
    public async Task The_EHLO_command_has_a_fully_qualified_name_or_an_IP_address(string publicUrl, string greeting)
    {
        await using var smtp = new SmtpListener();
        using var sender = app.StartSender($"smtp://127.0.0.1:{smtp.Port}", ("PUBLIC_URL", publicUrl));
        await app.EnqueueAsync(app.NewEmail());

        await app.AdvanceUntilAsync("the email", () => smtp.Received.Count == 1);
        Assert.Equal(greeting, Assert.Single(smtp.Lines, line => line.StartsWith("EHLO", StringComparison.Ordinal)));
    }

    private async Task<int> CountRefusalsAsync(string email) => (int)(await app.SqlAsync("SELECT refusals FROM outbox_mails WHERE recipient = $1", email))!;
}
