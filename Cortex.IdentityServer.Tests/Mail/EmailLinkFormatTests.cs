using System.Net;
using System.Text;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Tests.Configuration;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>A link in an email arrives intact, whatever mail servers and clients handle it.</summary>
public sealed class EmailLinkFormatTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const int TokenCount = 2_000;

    /// <summary>The maximum length of a line in bytes, without the line break (RFC 5322, section 2.1.1).</summary>
    private const int MaxLineLength = 998;

    public static TheoryData<string> KindsWithLink { get; } =
        [
            MailKind.VerifyEmail, MailKind.ResetPassword, MailKind.ResetPasswordByStaff, MailKind.AlreadyRegistered, MailKind.Invitation,
            MailKind.ConfirmNewEmail,
        ];

    [Theory]
    [MemberData(nameof(KindsWithLink))]
    public async Task Every_link_is_on_its_own_line_and_ends_in_a_letter_or_digit(string kind)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var tokens = scope.ServiceProvider.GetRequiredService<OneTimeTokens>();
        var options = scope.ServiceProvider.GetRequiredService<MailOptions>();
        var mail = new OutboxMail { Id = Guid.NewGuid(), Kind = kind, Recipient = "ada@example.com", CreatedAt = app.Clock.GetUtcNow() };
        for (var i = 0; i < TokenCount; i++)
        {
            var token = tokens.TextOf(Guid.CreateVersion7(), MailTexts.PurposeOf(kind));
            var link = MailTexts.Of(mail, token, options).ToText().Split('\n').Single(line => line.Contains("token=", StringComparison.Ordinal));

            Assert.StartsWith("http", link, StringComparison.Ordinal);
            Assert.EndsWith("token=" + token, link, StringComparison.Ordinal);
            Assert.True(char.IsAsciiLetterOrDigit(link[^1]), link);
        }
    }

    [Theory]
    [InlineData("https://id.example.com/auth")]
    [InlineData("https://id.bücher.example/über/uns")]
    public void An_email_without_transfer_encoding_contains_the_link_in_lines_of_valid_length(string publicUrl)
    {
        var options = Variables.Read(("PUBLIC_URL", publicUrl), ("EMAIL_FROM", "no-reply@cortex.example")).Mail;
        Assert.True(Ascii.IsValid(options.PublicUrl), options.PublicUrl);
        foreach (var kind in KindsWithLink)
        {
            var mail = new OutboxMail { Id = Guid.NewGuid(), Kind = kind.Data, Recipient = "ada@example.com", CreatedAt = app.Clock.GetUtcNow() };
            using var message = MailTexts.Of(mail, new string('x', 68), options).ToMessage(mail, options, app.Clock.GetUtcNow());
            using var written = new MemoryStream();
            message.WriteTo(written, TestContext.Current.CancellationToken);
            var lines = Encoding.Latin1.GetString(written.ToArray()).ReplaceLineEndings("\n").Split('\n');

            Assert.All(lines, line => Assert.True(line.Length <= MaxLineLength && Ascii.IsValid(line), line));
            Assert.Single(
                lines,
                line => line.StartsWith(options.PublicUrl, StringComparison.Ordinal)
                    && line.EndsWith("?token=" + new string('x', 68), StringComparison.Ordinal));
            Assert.All(
                message.BodyParts.OfType<TextPart>(), part => Assert.Equal((ContentEncoding.SevenBit, false), (part.ContentTransferEncoding, part.IsFlowed)));
        }
    }

    [Fact]
    public async Task A_link_emailed_by_an_earlier_version_still_works()
    {
        var user = await app.RegisterAsync();
        await app.VerificationTokenAsync(user.Email);
        var id = (Guid)(await app.SqlAsync("SELECT id FROM one_time_tokens WHERE user_id = $1", user.Id))!;
        var keys = app.Services.GetRequiredService<SecretKeys>().Derive("one-time-token/verify_email");

        await (await app.VerifyEmailAsync(MacToken.Create("cve_", id, keys))).ShouldBeAsync(HttpStatusCode.NoContent);
    }
}
