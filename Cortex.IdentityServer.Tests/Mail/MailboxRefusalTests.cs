using Cortex.IdentityServer.Identity.Mail;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>Real replies of mail servers to the RCPT command.</summary>
public sealed class MailboxRefusalTests
{
    [Theory]
    [InlineData(550, "5.1.1 <ada@example.com>: Recipient address rejected: User unknown in virtual mailbox table")]
    [InlineData(550, "5.1.1 The email account that you tried to reach does not exist. Please try\n5.1.1 double-checking the recipient's email address")]
    [InlineData(550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup")]
    [InlineData(556, "5.1.10 Recipient address has null MX")]
    [InlineData(550, "5.1.2 Host unknown")]
    [InlineData(501, "5.1.3 Bad recipient address syntax")]
    [InlineData(550, "sorry, no mailbox here by that name (#5.1.1)")]
    [InlineData(550, "Sorry, no mailbox here by that name. vpopmail (#5.1.1)")]
    [InlineData(550, "No such user here")]
    [InlineData(550, "no such recipient")]
    [InlineData(550, "User unknown")]
    [InlineData(550, "Unknown user")]
    [InlineData(550, "<ada@example.com>: user not found")]
    [InlineData(550, "Mailbox does not exist!")]
    [InlineData(550, "Requested action not taken: mailbox not found")]
    [InlineData(550, "5.0.0 User unknown")]
    [InlineData(550, "5.1.0 Address rejected: no such mailbox")]
    public void Some_replies_say_that_the_mailbox_does_not_exist(int status, string text) => Assert.True(MailboxRefusal.IsNonexistentMailbox(status, text));

    [Theory]
    [InlineData(550, "")]
    [InlineData(550, "relay not permitted")]
    [InlineData(550, "Relaying denied")]
    [InlineData(550, "Requested action not taken: mailbox unavailable")]
    [InlineData(550, "Administrative prohibition")]
    [InlineData(550, "rejected because 192.0.2.7 is in a black list")]
    [InlineData(550, "authentication required")]
    [InlineData(550, "sender address does not exist")]
    [InlineData(550, "Sender verify failed: no such user")]
    [InlineData(550, "5.2.1 The email account that you tried to reach is disabled")]
    [InlineData(550, "5.2.2 mailbox full")]
    [InlineData(552, "5.2.2 mailbox full")]
    [InlineData(550, "5.4.1 Recipient address rejected: Access denied")]
    [InlineData(554, "5.4.5 congestion")]
    [InlineData(550, "5.4.6 loop detected")]
    [InlineData(550, "5.7.1 unknown user, authenticate first")]
    [InlineData(550, "5.7.26 this mail is unauthenticated")]
    [InlineData(553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)")]
    [InlineData(553, "5.1.8 Sender address rejected: Domain not found")]
    [InlineData(550, "5.1.6 the mailbox has moved")]
    [InlineData(550, "5.1.11 too new a code")]
    [InlineData(550, "no relay for <a5.1.1@example.com> from 5.1.1.1")]
    [InlineData(450, "5.1.1 User unknown")]
    [InlineData(450, "4.1.1 User unknown")]
    [InlineData(450, "no such user")]
    public void Other_replies_may_be_temporary(int status, string text) => Assert.False(MailboxRefusal.IsNonexistentMailbox(status, text));
}
