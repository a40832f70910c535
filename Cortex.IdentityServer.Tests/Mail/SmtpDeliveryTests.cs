using System.Diagnostics;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Mail;

/// <remarks>No email of a successful request is lost, whatever the mail server does, and no request waits for the mail server.</remarks>
public sealed class SmtpDeliveryTests(SmtpApp app) : IClassFixture<SmtpApp>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await app.ResetAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_email_has_text_HTML_and_the_headers_that_mail_software_expects()
    {
        var user = await app.RegisterAsync();
        await OutboxSteps.UntilAsync("the email", () => app.Smtp.For(user.Email).Count == 1);

        var (message, from, to, _, login, _) = app.Smtp.For(user.Email)[0];
        Assert.Equal(("no-reply@cortex.example", SmtpApp.User), (from, login));
        Assert.Equal([user.Email], to);
        Assert.Equal("\"Cortex Memory\" <no-reply@cortex.example>", message.From.ToString());
        Assert.Equal(user.Email, message.To.ToString());
        Assert.Equal("Confirm your email address", message.Subject);
        Assert.Equal("auto-generated", message.Headers["Auto-Submitted"]);
        Assert.EndsWith("@cortex.example", message.MessageId, StringComparison.Ordinal);
        Assert.Equal(app.Clock.GetUtcNow(), message.Date, TimeSpan.FromMinutes(1));
        Assert.Equal("multipart/alternative", message.Body!.ContentType.MimeType);
        var link = $"{CortexApp.Issuer}/verify-email?token={Mailbox.TokenIn(message)}";
        Assert.Contains(link, message.TextBody, StringComparison.Ordinal);
        Assert.Contains($"href=\"{link}\"", message.HtmlBody, StringComparison.Ordinal);

        await (await app.Anonymous().PostAsync("/api/v1/auth/verify-email", new { token = Mailbox.TokenIn(message) })).ShouldBeAsync(HttpStatusCode.NoContent);
        await app.AssertDeliveredOnceAsync(app.Smtp);
    }

    /// <remarks>RFC 5321 lets each server choose its reply for a full mailbox, greylisting, a policy, or a full disk.</remarks>
    [Theory]
    [InlineData("RcptTo", "450 4.2.0 greylisted")]
    [InlineData("RcptTo", "451 4.7.1 greylisted")]
    [InlineData("RcptTo", "452 4.2.2 mailbox full")]
    [InlineData("RcptTo", "552 5.2.2 mailbox full")]
    [InlineData("RcptTo", "554 5.7.1 relay access denied")]
    [InlineData("RcptTo", "550 who?")]
    [InlineData("RcptTo", "550 5.7.1 unable to relay")]
    [InlineData("RcptTo", "550 relay not permitted")]
    [InlineData("RcptTo", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)")]
    [InlineData("RcptTo", "550 5.2.2 mailbox full")]
    [InlineData("RcptTo", "553 5.1.8 sender's domain not found")]
    [InlineData("RcptTo", "554 5.4.5 network congestion")]
    [InlineData("Data", "451 4.3.0 try later")]
    [InlineData("Data", "554 5.5.1 no")]
    [InlineData("End", "451 4.3.0 try later")]
    [InlineData("End", "452 4.3.1 disk full")]
    [InlineData("End", "554 5.7.1 looks like spam")]
    public async Task A_refused_email_is_retried_with_growing_delays_and_does_not_delay_others(string phase, string reply)
    {
        var at = Enum.Parse<SmtpPhase>(phase);
        var refused = $"refused-{app.NewEmail()}";
        app.Smtp.FailAt(at, SmtpFault.ReplyWith(reply), refused);
        int CountAttempts() =>
            app.Smtp.Lines.Count(line => line.StartsWith("RCPT", StringComparison.Ordinal) && line.Contains(refused, StringComparison.Ordinal));

        await app.EnqueueAsync(refused);
        await OutboxSteps.UntilAsync("a first attempt", () => CountAttempts() == 1);
        for (var (delay, attempts) = (30, 1); attempts < 4; (delay, attempts) = (delay * 2, attempts + 1))
        {
            await app.DeliverAnotherAsync();
            app.Clock.Advance(TimeSpan.FromSeconds(delay - 1));
            await app.DeliverAnotherAsync();
            Assert.Equal(attempts, CountAttempts());
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            app.WakeSender();
            await OutboxSteps.UntilAsync($"attempt {attempts + 1}", () => CountAttempts() == attempts + 1);
        }

        await app.DeliverAnotherAsync();
        app.Smtp.ClearFaults();
        app.Clock.Advance(TimeSpan.FromMinutes(4));
        await app.AdvanceUntilAsync("the email", () => app.Smtp.For(refused).Count == 1);
        await app.AssertDeliveredOnceAsync(app.Smtp);
    }

    [Theory]
    [InlineData("550 5.1.1 no such user")]
    [InlineData("550 User unknown")]
    [InlineData("550 5.1.2 no such domain")]
    [InlineData("556 5.1.10 the domain takes no mail")]
    [InlineData("550 sorry, no mailbox here by that name (#5.1.1)")]
    [InlineData("550-5.1.1 The email account that you tried to reach does not exist.\r\n550 5.1.1 Please check it")]
    [InlineData("553 5.1.3 no mailbox of this name")]
    public async Task An_email_to_a_nonexistent_mailbox_is_dropped_and_does_not_delay_others(string reply)
    {
        var nobody = $"nobody-{app.NewEmail()}";
        app.Smtp.FailAt(SmtpPhase.RcptTo, SmtpFault.ReplyWith(reply), nobody);

        await app.EnqueueAsync(nobody);
        await app.DeliverAnotherAsync();

        await app.AssertDeliveredOnceAsync(app.Smtp);
        Assert.Single(app.Smtp.Lines, line => line.Contains(nobody, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Greeting", "554 go away")]
    [InlineData("Ehlo", "502 no")]
    [InlineData("Auth", "535 5.7.8 wrong password")]
    [InlineData("Auth", "454 4.7.0 try later")]
    [InlineData("MailFrom", "550 5.7.1 not your address")]
    [InlineData("MailFrom", "421 4.3.2 going down")]
    [InlineData("MailFrom", "530 5.7.0 log in first")]
    public async Task If_the_mail_server_refuses_everything_all_emails_wait_and_are_then_sent_once(string phase, string reply)
    {
        var at = Enum.Parse<SmtpPhase>(phase);
        app.Smtp.FailAt(at, SmtpFault.ReplyWith(reply));
        string[] recipients = [app.NewEmail(), app.NewEmail(), app.NewEmail()];
        foreach (var email in recipients)
        {
            await app.EnqueueAsync(email);
        }

        await app.AdvanceUntilAsync("three attempts", () => app.Smtp.TimesReached(at) >= 3);
        Assert.Equal(3, await app.CountQueuedAsync());
        app.Smtp.ClearFaults();

        await app.AdvanceUntilAsync("the emails", () => recipients.All(email => app.Smtp.For(email).Count == 1));
        await app.AssertDeliveredOnceAsync(app.Smtp);
    }

    [Theory]
    [InlineData("Greeting", "stalls")]
    [InlineData("Ehlo", "stalls")]
    [InlineData("Auth", "stalls")]
    [InlineData("MailFrom", "stalls")]
    [InlineData("RcptTo", "stalls")]
    [InlineData("Data", "stalls")]
    [InlineData("Content", "stalls")]
    [InlineData("End", "stalls")]
    [InlineData("Greeting", "hangs up")]
    [InlineData("Auth", "hangs up")]
    [InlineData("RcptTo", "hangs up")]
    [InlineData("Data", "hangs up")]
    [InlineData("Content", "hangs up")]
    [InlineData("End", "hangs up")]
    [InlineData("Greeting", "is away")]
    public async Task While_the_mail_server_fails_requests_do_not_wait_and_emails_are_sent_once_it_recovers(string phase, string what)
    {
        var at = Enum.Parse<SmtpPhase>(phase);
        var first = app.NewEmail();
        if (what == "is away")
        {
            await app.Smtp.CloseAsync();
            await app.EnqueueAsync(first);
        }
        else
        {
            app.Smtp.FailAt(at, what == "stalls" ? SmtpFault.Stall : SmtpFault.Drop);
            await app.EnqueueAsync(first);
            await app.AdvanceUntilAsync("an attempt", () => app.Smtp.TimesReached(at) > 0);
        }

        var started = Stopwatch.GetTimestamp();
        var user = await app.RegisterAsync();
        await (await app.Anonymous().PostAsync("/api/v1/auth/forgot-password", new { email = user.Email })).ShouldBeAsync(HttpStatusCode.Accepted);
        Assert.True(Stopwatch.GetElapsedTime(started) < OutboxSteps.PromptLimit, "the requests waited for the mail server");
        Assert.Empty(app.Smtp.Received);
        Assert.Equal(3, await app.CountQueuedAsync());

        await app.Smtp.CloseAsync();
        app.Smtp.ClearFaults();
        app.Smtp.Open();
        await app.AdvanceUntilAsync("the emails", () => app.Smtp.For(first).Count == 1 && app.Smtp.For(user.Email).Count == 2);
        Assert.Equal(
            ["Confirm your email address", "Set a new password"], app.Smtp.For(user.Email).Select(mail => mail.Message.Subject).Order(StringComparer.Ordinal));
        await app.AssertDeliveredOnceAsync(app.Smtp);
    }

    /// <remarks>An email that crashes the mail server's scanner must not stop all other emails for three days.</remarks>
    [Fact]
    public async Task An_email_on_which_the_mail_server_always_disconnects_does_not_stop_the_others()
    {
        var fatal = $"fatal-{app.NewEmail()}";
        var other = app.NewEmail();
        app.Smtp.FailAt(SmtpPhase.End, SmtpFault.Drop, fatal);
        await app.EnqueueAsync(fatal);
        await app.EnqueueAsync(other);

        await app.AdvanceUntilAsync("the other email", () => app.Smtp.For(other).Count == 1);
        app.Smtp.ClearFaults();
        await app.AdvanceUntilAsync("the email", () => app.Smtp.For(fatal).Count == 1);
        await app.AssertDeliveredOnceAsync(app.Smtp);
    }

    /// <remarks>The sender can't know whether the email was accepted, so it sends it again with the same Message-ID.</remarks>
    [Fact]
    public async Task An_email_whose_acceptance_is_lost_is_sent_again_with_the_same_Message_ID()
    {
        var email = app.NewEmail();
        app.Smtp.FailAt(SmtpPhase.Accepted, SmtpFault.Drop);
        await app.EnqueueAsync(email);
        await OutboxSteps.UntilAsync("an email without a reply", () => app.Smtp.TimesReached(SmtpPhase.Accepted) == 1);
        app.Smtp.ClearFaults();

        await app.AdvanceUntilAsync("the email again", () => app.Smtp.For(email).Count == 2);
        Assert.Single(app.Smtp.For(email).Select(mail => mail.Message.MessageId).Distinct());
        await app.DeliverAnotherAsync();
        Assert.Equal(2, app.Smtp.For(email).Count);
        await Poll.UntilAsync(OutboxSteps.Timeout, "an empty outbox", async () => await app.CountQueuedAsync() == 0);
    }

    /// <remarks>Other programs can write any text into the email column of the documented tables.</remarks>
    [Theory]
    [InlineData("no address", "password_changed", "{}")]
    [InlineData("nobody", "password_changed", "{}")]
    [InlineData("", "password_changed", "{}")]
    [InlineData("a@b@example.com", "password_changed", "{}")]
    [InlineData("a@example.com, b@example.com", "password_changed", "{}")]
    [InlineData("a@example.com\r\nBcc: evil@example.com", "password_changed", "{}")]
    [InlineData("a@example.com>\r\nRCPT TO:<evil@example.com", "password_changed", "{}")]
    [InlineData("a@example.com", "no_such_kind", "{}")]
    [InlineData("a@example.com", "password_changed", "[]")]
    [InlineData("a@example.com", "password_changed", """{"ip": {"nested": 1}}""")]
    public async Task A_malformed_email_does_not_stop_the_others_and_goes_to_no_other_recipient(string recipient, string kind, string details)
    {
        await app.EnqueueAsync(recipient, kind, details);
        await app.DeliverAnotherAsync();
        await app.DeliverAnotherAsync();

        Assert.Equal(2, app.Smtp.Received.Count);
        Assert.DoesNotContain(app.Smtp.Lines, line => line.Contains("evil", StringComparison.Ordinal));
        Assert.All(app.Smtp.Received, mail => Assert.Single(mail.To));
    }

    [Fact]
    public async Task A_user_agent_with_line_breaks_cannot_inject_a_header_a_body_or_a_command()
    {
        var email = app.NewEmail();
        await app.EnqueueAsync(
            email,
            details: """{"user_agent": "Firefox\r\nBcc: evil@example.com\r\n.\r\nRCPT TO:<evil@example.com>\r\n<img src=x>", "ip":"""
                + """ "192.0.2.7\r\n.\r\nQUIT\r\n.."}""");
        await OutboxSteps.UntilAsync("the email", () => app.Smtp.For(email).Count == 1);

        var message = app.Smtp.For(email)[0].Message;
        Assert.Equal([email], message.GetRecipients().Select(to => to.Address));
        Assert.Contains("Firefox", message.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", message.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("<img", message.HtmlBody, StringComparison.Ordinal);
        Assert.DoesNotContain(app.Smtp.Lines, line => line.Contains("evil", StringComparison.Ordinal));

        // A line with only a dot would end the message early.
        Assert.EndsWith("Cortex Memory\n", message.TextBody!.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        await app.AssertDeliveredOnceAsync(app.Smtp);
    }

    /// <remarks>The mail server's reply may repeat the address.</remarks>
    [Fact]
    public async Task No_address_token_or_password_is_logged_whatever_happens_to_an_email()
    {
        var emails = Enumerable.Range(0, 4).Select(_ => $"secret-{app.NewEmail()}").ToArray();
        foreach (var (email, phase, fault) in new[]
        {
            (emails[0], SmtpPhase.RcptTo, SmtpFault.ReplyWith($"550 5.1.1 <{emails[0]}> unknown")),
            (emails[1], SmtpPhase.RcptTo, SmtpFault.ReplyWith($"450 4.2.0 <{emails[1]}> greylisted")),
            (emails[2], SmtpPhase.Auth, SmtpFault.ReplyWith($"535 5.7.8 {SmtpApp.Password} is wrong")),
            (emails[3], SmtpPhase.End, SmtpFault.ReplyWith($"554 5.7.1 <{emails[3]}> wants none")),
        })
        {
            app.Smtp.FailAt(phase, fault);
            var before = app.Smtp.TimesReached(phase);
            await app.RegisterAsync(email);
            await app.AdvanceUntilAsync($"an attempt for {email}", () => app.Smtp.TimesReached(phase) > before);
            app.Smtp.ClearFaults();
        }

        await app.AdvanceUntilAsync("the emails", () => emails[1..].All(email => app.Smtp.For(email).Count == 1));
        await app.EnqueueAsync("secret no address@");
        await app.DeliverAnotherAsync();

        Assert.Contains("was not accepted", app.Log, StringComparison.Ordinal);
        Assert.All(
            [
                .. emails, "secret no address", SmtpApp.Password, SmtpApp.User, Uri.EscapeDataString(SmtpApp.Password),
                .. app.Smtp.Received.Select(mail => Mailbox.TokenIn(mail.Message)).Where(token => token.Length > 0),
            ],
            secret => Assert.DoesNotContain(secret, app.Log, StringComparison.OrdinalIgnoreCase));
    }
}
