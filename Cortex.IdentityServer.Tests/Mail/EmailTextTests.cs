using System.Net;
using System.Reflection;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Tests.Configuration;
using MimeKit;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>The text of every email.</summary>
public sealed class EmailTextTests
{
    private const string Base = "https://id.example.com/auth";
    private const string Name = """<b onclick="x()">O'Brien</b> & co""";
    private const string UserAgent = "<script>alert(1)</script>\r\nBcc: evil@example.com";
    private const string Token = "cve_0123456789-_abc";

    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    /// <summary>The page that the link in each kind of email opens.</summary>
    private static readonly Dictionary<string, string> Pages = new()
    {
        ["verify_email"] = "/verify-email",
        ["reset_password"] = "/reset-password",
        ["reset_password_by_staff"] = "/reset-password",
        ["already_registered"] = "/reset-password",
        ["invitation"] = "/invitation",
        ["confirm_new_email"] = "/change-email",
    };

    /// <summary>The text by which each kind of notice says what happened.</summary>
    private static readonly Dictionary<string, string> NoticeTexts = new()
    {
        ["email_change_requested"] = "asked to change your account's email address",
        ["email_changed"] = "a different email address",
        ["password_changed"] = "password of your account was changed",
        ["new_sign_in"] = "logged in",
        ["login_blocked"] = "100 wrong passwords in a row",
        ["second_factor_blocked"] = "100 wrong codes in a row",
        ["refresh_token_reused"] = "session token",
        ["two_factor_enabled"] = "now requires a code",
        ["two_factor_disabled"] = "only your password",
        ["recovery_codes_renewed"] = "New recovery codes",
        ["recovery_code_used"] = "recovery codes was used instead",
        ["passkey_added"] = "new passkey",
        ["passkey_removed"] = "your account's passkeys was removed",
        ["api_key_created"] = "new API key",
        ["quota_warning"] = "at least 80% of its",
        ["quota_used_up"] = "has used up its",
        ["tier_changed"] = "The limits of the new plan apply",
        ["account_deleted"] = "was deleted",
        ["two_factor_reset"] = "Our support team removed",
        ["account_deleted_by_staff"] = "administrator deleted",
    };

    /// <summary>The notices of actions by staff or of billing, which the owner can't have performed.</summary>
    private static readonly string[] ByStaff = ["two_factor_reset", "account_deleted_by_staff", "tier_changed"];

    public static IEnumerable<TheoryDataRow<string>> Kinds =>
        typeof(MailKind).GetFields(BindingFlags.Public | BindingFlags.Static).Select(kind => new TheoryDataRow<string>((string)kind.GetRawConstantValue()!));

    /// <summary>The kinds of emails that the user didn't request.</summary>
    public static IEnumerable<TheoryDataRow<string>> Notices => Kinds.Where(kind => !Pages.ContainsKey(kind.Data));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_email_says_in_text_and_in_HTML_what_happened_or_which_link_to_open(string kind)
    {
        var message = Render(kind);

        Assert.NotEmpty(message.Subject!);
        Assert.DoesNotContain('\n', message.Subject!);
        Assert.StartsWith("<!DOCTYPE html>", message.HtmlBody, StringComparison.Ordinal);
        Assert.Contains(message.Subject!, WebUtility.HtmlDecode(message.HtmlBody), StringComparison.Ordinal);
        if (Pages.TryGetValue(kind, out var page))
        {
            // The link begins with PUBLIC_URL, including its path.
            var link = $"{Base}{page}?token={Token}";
            Assert.Contains($"\n{link}\n", message.TextBody!.ReplaceLineEndings("\n"), StringComparison.Ordinal);
            Assert.Contains($"href=\"{link}\"", message.HtmlBody, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains(NoticeTexts[kind], message.TextBody, StringComparison.Ordinal);
            Assert.Contains(NoticeTexts[kind], WebUtility.HtmlDecode(message.HtmlBody), StringComparison.Ordinal);
        }
    }

    /// <remarks>Notices with links would teach users to follow links in unexpected emails.</remarks>
    [Theory]
    [MemberData(nameof(Notices))]
    public void A_notice_contains_no_link_and_says_when_from_where_and_what_to_do(string kind)
    {
        var message = Render(kind);

        foreach (var body in new[] { message.TextBody!, message.HtmlBody! })
        {
            Assert.DoesNotContain("http", body, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("href", body, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("token=", body, StringComparison.Ordinal);
            Assert.Contains("March 4, 2026, 05:06 UTC", body, StringComparison.Ordinal);
            Assert.Contains("192.0.2.7", body, StringComparison.Ordinal);
            Assert.Contains(ByStaff.Contains(kind) ? "didn't expect this" : "this wasn't you", WebUtility.HtmlDecode(body), StringComparison.Ordinal);
        }
    }

    /// <remarks>
    /// The user agent and the name of a key come from the caller, who may be an attacker. An email must not contain their text, because it could be a phishing
    /// message.
    /// </remarks>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_email_contains_text_that_a_stranger_wrote(string kind)
    {
        var message = Render(kind);

        foreach (var text in new[]
        {
            message.TextBody!, WebUtility.HtmlDecode(message.HtmlBody!),
            message.Headers.Select(header => header.Value).Aggregate((all, value) => all + value),
        })
        {
            Assert.DoesNotContain("O'Brien", text, StringComparison.Ordinal);
            Assert.DoesNotContain("alert", text, StringComparison.Ordinal);
            Assert.DoesNotContain("evil", text, StringComparison.Ordinal);
        }

        Assert.Empty(message.Bcc);
        Assert.Equal(["ada@example.com"], message.GetRecipients().Select(to => to.Address));
    }

    /// <remarks>As a second line of defense, the HTML encodes all text of an email.</remarks>
    [Fact]
    public void Every_part_of_an_email_is_encoded_in_its_HTML()
    {
        var content = new MailContent("1" + Name, ["2" + Name], ("3" + Name, $"{Base}?a=\"4<b>"), [("5" + Name, "6" + UserAgent)], "7" + Name);

        var html = content.ToHtml();

        Assert.All(new[] { "1", "2", "3", "5", "7" }, part => Assert.Contains(part + WebUtility.HtmlEncode(Name), html, StringComparison.Ordinal));
        Assert.Contains("href=\"" + WebUtility.HtmlEncode($"{Base}?a=\"4<b>") + "\"", html, StringComparison.Ordinal);
        Assert.Contains("6&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b ", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void These_tests_cover_every_kind_of_email() =>
        Assert.Equal(Pages.Keys.Concat(NoticeTexts.Keys).Order(StringComparer.Ordinal), Kinds.Select(kind => kind.Data).Order(StringComparer.Ordinal));

    /// <summary>Renders an email as its recipient would see it.</summary>
    private static MimeMessage Render(string kind)
    {
        var options = Variables.Read(("PUBLIC_URL", Base + "/"), ("EMAIL_FROM", "no-reply@cortex.example")).Mail;
        var mail = new OutboxMail
        {
            Id = Guid.NewGuid(),
            Kind = kind,
            Recipient = "ada@example.com",
            CreatedAt = Now,
            Details = System.Text.Json.JsonSerializer.Serialize(
                new Dictionary<string, string> { ["name"] = Name, ["user_agent"] = UserAgent, ["ip"] = "192.0.2.7", ["request_id"] = "r" }),
        };
        using var written = new MemoryStream();
        using var message = MailTexts.Of(mail, Token, options).ToMessage(mail, options, Now);
        message.WriteTo(written, TestContext.Current.CancellationToken);
        written.Position = 0;
        return MimeMessage.Load(written, TestContext.Current.CancellationToken);
    }
}
