using System.Net;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Pages;

/// <summary>The pages that links in emails open.</summary>
/// <remarks>Mail scanners also open links, so opening a link must not use it up.</remarks>
public sealed class LinkPagesTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string New = EmailSteps.NewPassword;

    public static readonly TheoryData<string> Pages = ["/verify-email", "/reset-password", "/change-email", "/invitation"];

    [Fact]
    public async Task Opening_a_verification_link_changes_nothing_until_the_button_is_clicked()
    {
        var (user, _, http) = await app.SignUpAsync();
        var token = await app.VerificationTokenAsync(user.Email);

        await OpenThreeTimesAsync("/verify-email", token);
        Assert.False(await IsVerifiedAsync(http));

        await ShouldSucceedAsync(await app.Anonymous().PostFormAsync("/verify-email", ("token", token)));
        Assert.True(await IsVerifiedAsync(http));
        await ShouldBeRefusedAsync(await app.Anonymous().PostFormAsync("/verify-email", ("token", token)));
    }

    [Fact]
    public async Task Opening_a_reset_link_changes_nothing_until_the_button_is_clicked()
    {
        var (user, _, http) = await app.SignUpAsync();
        var token = await app.ResetTokenAsync(user.Email);

        await OpenThreeTimesAsync("/reset-password", token);
        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);

        await ShouldSucceedAsync(await app.Anonymous().PostFormAsync("/reset-password", ("token", token), ("new_password", New)));
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, New));
        await ShouldBeRefusedAsync(await app.Anonymous().PostFormAsync("/reset-password", ("token", token), ("new_password", New)));
    }

    [Fact]
    public async Task Opening_an_email_change_link_changes_nothing_until_the_button_is_clicked()
    {
        var (user, _, http) = await app.SignUpAsync();
        var newEmail = app.NewEmail();
        var token = await app.EmailChangeTokenAsync(http, newEmail);

        await OpenThreeTimesAsync("/change-email", token);
        Assert.Equal(user.Email, await app.SqlAsync("SELECT email FROM users WHERE id = $1", user.Id));

        await ShouldSucceedAsync(await app.Anonymous().PostFormAsync("/change-email", ("token", token)));
        Assert.Equal(newEmail, await app.SqlAsync("SELECT email FROM users WHERE id = $1", user.Id));
        await ShouldBeRefusedAsync(await app.Anonymous().PostFormAsync("/change-email", ("token", token)));
    }

    /// <remarks>Some scanners only send HEAD, and might report the link as broken if that fails.</remarks>
    [Theory]
    [MemberData(nameof(Pages))]
    public async Task HEAD_returns_the_same_as_GET_without_a_body(string page)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, page + "?token=x");

        var answer = await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("", await answer.TextAsync());
    }

    /// <remarks>Both the URL and the form contain a token.</remarks>
    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_is_never_cached_cannot_be_framed_runs_no_script_and_sends_no_referrer(string page)
    {
        var answer = await app.Anonymous().FetchAsync(page + "?token=x");

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; ", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("form-action 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src", policy, StringComparison.Ordinal);
        var html = await answer.TextAsync();
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("(src|href|action)=", html);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task The_token_in_the_link_is_encoded_as_text(string page)
    {
        var html = await (await app.Anonymous().FetchAsync(page + "?token=" + Uri.EscapeDataString("\"><script>alert(1)</script><i a='"))).TextAsync();

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<i ", html, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_form_without_a_valid_token_is_refused(string page)
    {
        foreach (var fields in new[]
        {
            new (string, string)[] { ("new_password", New) }, [("token", ""), ("new_password", New)],
            [("token", new string('a', 10_240)), ("new_password", New)], [("token", "cpr_x"), ("token", "cpr_y"), ("new_password", New)],
        })
        {
            await ShouldBeRefusedAsync(await app.Anonymous().PostFormAsync(page, fields));
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_body_that_is_not_a_form_is_refused(string page)
    {
        await (await app.Anonymous().PostTextAsync(page, """{"token":"x"}""")).ShouldBeProblemAsync(415, "unsupported_media_type");
        await (await app.Anonymous().PostTextAsync(page, "token=x", "text/plain")).ShouldBeProblemAsync(415, "unsupported_media_type");
        await (await app.Anonymous().PostNothingAsync(page)).ShouldBeProblemAsync(415, "unsupported_media_type");
        var broken = new StringContent("no parts");
        broken.Headers.ContentType = new("multipart/form-data") { Parameters = { new("boundary", "x") } };
        await (await app.Anonymous().PostAsync(page, broken, TestContext.Current.CancellationToken)).ShouldBeProblemAsync(415, "unsupported_media_type");
    }

    /// <remarks>The form is shown again, and the link stays valid.</remarks>
    [Theory]
    [InlineData("short")]
    [InlineData("password12345678")]
    [InlineData("")]
    public async Task A_weak_password_is_explained_and_can_be_corrected(string password)
    {
        var user = await app.RegisterAsync();
        var token = await app.ResetTokenAsync(user.Email);

        var answer = await app.Anonymous().PostFormAsync("/reset-password", ("token", token), ("new_password", password));

        await answer.ShouldBeAsync(HttpStatusCode.BadRequest);
        var html = await answer.TextAsync();
        Assert.Contains("role=\"alert\"", html, StringComparison.Ordinal);
        Assert.Contains(token, html, StringComparison.Ordinal);
        Assert.Contains("<button>", html, StringComparison.Ordinal);
        await ShouldSucceedAsync(await app.Anonymous().PostFormAsync("/reset-password", ("token", token), ("new_password", New)));
    }

    /// <remarks>A password manager saves the new password under the account's email. Without a valid token, the page doesn't reveal the address.</remarks>
    [Theory]
    [InlineData("/reset-password")]
    [InlineData("/invitation")]
    public async Task The_form_for_a_new_password_names_the_account_for_password_managers(string page)
    {
        var user = page == "/invitation" ? await app.InviteAsync() : await RequestResetAsync();
        var username = $"""<input type="text" id="username" name="username" autocomplete="username" value="{user.User.Email}" readonly>""";

        foreach (var html in new[]
        {
            await (await app.Anonymous().FetchAsync($"{page}?token={user.Token}")).TextAsync(),
            await (await app.Anonymous().PostFormAsync(page, ("token", user.Token), ("username", user.User.Email), ("new_password", "short"))).TextAsync(),
        })
        {
            Assert.Contains(username, html, StringComparison.Ordinal);
            Assert.Contains("autocomplete=\"new-password\"", html, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("username", await (await app.Anonymous().FetchAsync($"{page}?token={user.Token}x")).TextAsync(), StringComparison.Ordinal);
        await ShouldSucceedAsync(
            await app.Anonymous().PostFormAsync(page, ("token", user.Token), ("username", "somebody@else.example"), ("new_password", New)));
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.User.Email, New));
        Assert.DoesNotContain("username", await (await app.Anonymous().FetchAsync($"{page}?token={user.Token}")).TextAsync(), StringComparison.Ordinal);
    }

    private async Task<(TestUser User, string Token)> RequestResetAsync()
    {
        var user = await app.RegisterAsync();
        return (user, await app.ResetTokenAsync(user.Email));
    }

    private async Task OpenThreeTimesAsync(string page, string token)
    {
        for (var i = 0; i < 3; i++)
        {
            var html = await (await app.Anonymous().FetchAsync($"{page}?token={token}")).TextAsync();
            Assert.Contains("<form method=\"post\">", html, StringComparison.Ordinal);
            Assert.Contains("<button>", html, StringComparison.Ordinal);
            Assert.Matches($"<input type=\"hidden\" name=\"token\" value=\"{Regex.Escape(token)}\">", html);
        }
    }

    private static async Task ShouldSucceedAsync(HttpResponseMessage answer)
    {
        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.DoesNotContain("<form", await answer.TextAsync(), StringComparison.Ordinal);
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    private static async Task ShouldBeRefusedAsync(HttpResponseMessage answer)
    {
        await answer.ShouldBeAsync(HttpStatusCode.BadRequest);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("<form", await answer.TextAsync(), StringComparison.Ordinal);
    }

    private static async Task<bool> IsVerifiedAsync(HttpClient http) =>
        (await (await http.FetchAsync("/api/v1/auth/me")).JsonAsync(HttpStatusCode.OK)).GetProperty("is_verified").GetBoolean();
}
