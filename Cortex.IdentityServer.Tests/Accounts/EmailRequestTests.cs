using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using MimeKit;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <summary>The rules for every route that sends an email on request.</summary>
/// <remarks>
/// The response doesn't reveal who is registered, the link leads only to this server, and no mailbox is flooded (OWASP Forgot Password Cheat Sheet).
/// </remarks>
public abstract class EmailRequestTests(CortexApp app)
{
    protected CortexApp App { get; } = app;

    protected abstract string Route { get; }

    protected abstract string Kind { get; }

    /// <remarks>The response must not reveal who is registered (OWASP ASVS 6.3.8).</remarks>
    [Fact]
    public async Task The_response_is_the_same_for_every_address()
    {
        var known = await App.RegisterVerifiedAsync();
        var unverified = await App.RegisterAsync();
        var locked = await App.RegisterAsync();
        await FailLoginsAsync(locked.Email);
        var disabled = await App.RegisterAsync();
        await App.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", disabled.Id);

        var answers = new List<string>();
        foreach (var email in new[] { known.Email, unverified.Email, locked.Email, disabled.Email, App.NewEmail(), known.Email.ToUpperInvariant() })
        {
            answers.Add(await VisibleResponseAsync(await RequestEmailAsync(email)));
        }

        Assert.StartsWith("202 ", answers[0], StringComparison.Ordinal);
        Assert.Single(answers.Distinct());
    }

    /// <remarks>Further emails are dropped silently, because an error would reveal who is registered.</remarks>
    [Fact]
    public async Task Fifty_requests_get_fifty_identical_responses_and_at_most_five_emails()
    {
        var user = await App.RegisterAsync();
        await App.WaitForEmailsAsync();
        var answers = new List<string>();

        for (var i = 0; i < 50; i++)
        {
            App.Clock.Advance(TimeSpan.FromSeconds(1));
            answers.Add(await VisibleResponseAsync(await RequestEmailAsync(user.Email)));
            await App.WaitForEmailsAsync();
        }

        Assert.Single(answers.Distinct());
        Assert.Equal(5, (await App.Mailbox.ForAsync(user.Email, Kind)).Count);
    }

    [Fact]
    public async Task An_hour_later_emails_are_sent_again()
    {
        var user = await App.RegisterAsync();
        for (var i = 0; i < 6; i++)
        {
            await RequestEmailAsync(user.Email);
        }

        await App.WaitForEmailsAsync();
        var before = (await App.Mailbox.ForAsync(user.Email, Kind)).Count;
        App.Clock.Advance(TimeSpan.FromHours(1));
        await RequestEmailAsync(user.Email);
        await App.WaitForEmailsAsync();

        Assert.Equal(before + 1, (await App.Mailbox.ForAsync(user.Email, Kind)).Count);
    }

    [Fact]
    public async Task A_disabled_account_and_an_unknown_address_get_no_email()
    {
        var disabled = await App.RegisterAsync();
        await App.WaitForEmailsAsync();
        await App.SqlAsync("UPDATE users SET is_active = false WHERE id = $1", disabled.Id);
        var unknown = App.NewEmail();
        var before = (await App.Mailbox.ForAsync(disabled.Email)).Count;

        await RequestEmailAsync(disabled.Email);
        await RequestEmailAsync(unknown);
        await App.WaitForEmailsAsync();

        Assert.Equal(before, (await App.Mailbox.ForAsync(disabled.Email)).Count);
        Assert.Empty(await App.Mailbox.ForAsync(unknown));
    }

    [Fact]
    public async Task The_email_goes_to_the_address_as_it_was_registered()
    {
        var user = await App.RegisterAsync("Mixed." + App.NewEmail());

        await RequestEmailAsync("  " + user.Email.ToUpperInvariant() + " ");
        await App.WaitForEmailsAsync();

        var message = (await App.Mailbox.ForAsync(user.Email, Kind))[^1];
        Assert.Equal(user.Email, Assert.Single(message.To.Mailboxes).Address);
    }

    /// <remarks>GHSA-3529-5m8x-rpv3: a forged X-Forwarded-Host made an emailed link send its token to an attacker's server.</remarks>
    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("X-Forwarded-Host", "evil.example")]
    [InlineData("X-Forwarded-Proto", "evil")]
    [InlineData("Forwarded", "host=evil.example;proto=https")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Referer", "https://evil.example/")]
    public async Task The_link_begins_with_PUBLIC_URL_whatever_headers_the_request_has(string header, string value)
    {
        var user = await App.RegisterAsync();
        await App.WaitForEmailsAsync();
        App.Clock.Advance(TimeSpan.FromSeconds(1));
        var http = App.Anonymous();
        http.DefaultRequestHeaders.Add(header, value);

        await (await http.PostAsync(Route, new { email = user.Email })).ShouldBeAsync(HttpStatusCode.Accepted);
        await App.WaitForEmailsAsync();

        var message = (await App.Mailbox.ForAsync(user.Email, Kind))[^1];
        Assert.Contains($"\n{CortexApp.Issuer}/", message.TextBody!.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("evil", RawText(message), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("{}", "validation_failed")]
    [InlineData("""{"email":null}""", "validation_failed")]
    [InlineData("""{"email":""}""", "validation_failed")]
    [InlineData("""{"email":[]}""", "validation_failed")]
    [InlineData("""{"email":{}}""", "validation_failed")]
    [InlineData("""{"email":"no address"}""", "validation_failed")]
    [InlineData("""{"email":"a@b.example\r\nBcc: c@d.example"}""", "validation_failed")]
    [InlineData("""{"email":"a@b.example","url":"https://evil.example"}""", "unknown_field")]
    [InlineData("[]", "malformed_request", "validation_failed")]
    [InlineData("", "malformed_request", "validation_failed")]
    public async Task An_invalid_request_is_refused(string body, params string[] codes)
    {
        var answer = await App.Anonymous().PostTextAsync(Route, body);

        var problem = await answer.JsonAsync(HttpStatusCode.BadRequest);
        Assert.Contains(problem.GetProperty("code").GetString(), codes);
    }

    protected Task<HttpResponseMessage> RequestEmailAsync(string email) => App.Anonymous().PostAsync(Route, new { email });

    private async Task FailLoginsAsync(string email)
    {
        for (var i = 0; i < 10; i++)
        {
            App.Clock.Advance(TimeSpan.FromSeconds(i < 5 ? 0 : Math.Pow(2, i - 5)));
            Assert.Equal(HttpStatusCode.Unauthorized, await App.TryLogInAsync(email, "not the password"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await App.TryLogInAsync(email, TestUser.DefaultPassword));
    }

    /// <summary>Returns everything by which a client can distinguish two responses.</summary>
    private static async Task<string> VisibleResponseAsync(HttpResponseMessage answer) =>
        $"{(int)answer.StatusCode} {string.Join(' ', answer.Headers.Concat(answer.Content.Headers).Select(header => header.Key).Order())} "
            + $"{await answer.TextAsync()}";

    private static string RawText(MimeMessage message)
    {
        using var bytes = new MemoryStream();
        message.WriteTo(bytes, TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }
}
