using System.Net;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Pages;

/// <summary>The pages that links in mails open.</summary>
/// <remarks>Mail scanners open links too, and spend nothing by it.</remarks>
public sealed class LinkPagesTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string New = EmailSteps.NewPassword;

    public static readonly TheoryData<string> Pages = ["/verify-email", "/reset-password", "/change-email", "/invitation"];

    [Fact]
    public async Task Opening_a_link_to_verify_changes_nothing_and_its_button_does()
    {
        var (user, _, http) = await app.SignedInAsync();
        var token = await app.VerificationTokenAsync(user.Email);

        await OpenThreeTimesAsync("/verify-email", token);
        Assert.False(await IsVerifiedAsync(http));

        await ShouldSucceedAsync(await app.Anonymous().PostFormAsync("/verify-email", ("token", token)));
        Assert.True(await IsVerifiedAsync(http));
        await ShouldBeRefusedAsync(await app.Anonymous().PostFormAsync("/verify-email", ("token", token)));
    }

    [Fact]
    public async Task Opening_a_link_to_reset_changes_nothing_and_its_button_does()
    {
        var (user, _, http) = await app.SignedInAsync();
        var token = await app.ResetTokenAsync(user.Email);

        await OpenThreeTimesAsync("/reset-password", token);
        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);

        await ShouldSucceedAsync(await app.Anonymous().PostFormAsync("/reset-password", ("token", token), ("new_password", New)));
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, New));
        await ShouldBeRefusedAsync(await app.Anonymous().PostFormAsync("/reset-password", ("token", token), ("new_password", New)));
    }

    [Fact]
    public async Task Opening_a_link_to_move_changes_nothing_and_its_button_does()
    {
        var (user, _, http) = await app.SignedInAsync();
        var wanted = app.NewEmail();
        var token = await app.EmailChangeTokenAsync(http, wanted);

        await OpenThreeTimesAsync("/change-email", token);
        Assert.Equal(user.Email, await app.SqlAsync("SELECT email FROM users WHERE id = $1", user.Id));

        await ShouldSucceedAsync(await app.Anonymous().PostFormAsync("/change-email", ("token", token)));
        Assert.Equal(wanted, await app.SqlAsync("SELECT email FROM users WHERE id = $1", user.Id));
        await ShouldBeRefusedAsync(await app.Anonymous().PostFormAsync("/change-email", ("token", token)));
    }

    /// <remarks>Some scanners look with HEAD only; a page that fails at it might be shown as a broken link.</remarks>
    [Theory]
    [MemberData(nameof(Pages))]
    public async Task HEAD_answers_as_GET_does_without_a_body(string page)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, page + "?token=x");

        var answer = await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("", await answer.TextAsync());
    }

    /// <remarks>A token is part of the address and of the form.</remarks>
    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_is_kept_by_no_cache_framed_by_nobody_runs_no_script_and_tells_no_other_site(string page)
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
    public async Task What_stands_in_the_link_is_text_and_no_html(string page)
    {
        var html = await (await app.Anonymous().FetchAsync(page + "?token=" + Uri.EscapeDataString("\"><script>alert(1)</script><i a='"))).TextAsync();

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<i ", html, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_link_without_a_good_token_is_refused_by_a_page_when_it_is_used(string page)
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
    public async Task What_is_no_form_is_refused(string page)
    {
        await (await app.Anonymous().PostTextAsync(page, """{"token":"x"}""")).ShouldBeProblemAsync(415, "unsupported_media_type");
        await (await app.Anonymous().PostTextAsync(page, "token=x", "text/plain")).ShouldBeProblemAsync(415, "unsupported_media_type");
        await (await app.Anonymous().PostNothingAsync(page)).ShouldBeProblemAsync(415, "unsupported_media_type");
        var broken = new StringContent("no parts");
        broken.Headers.ContentType = new("multipart/form-data") { Parameters = { new("boundary", "x") } };
        await (await app.Anonymous().PostAsync(page, broken, TestContext.Current.CancellationToken)).ShouldBeProblemAsync(415, "unsupported_media_type");
    }

    /// <remarks>The form comes again, and the link is as good as before.</remarks>
    [Theory]
    [InlineData("short")]
    [InlineData("password12345678")]
    [InlineData("")]
    public async Task A_weak_password_is_explained_and_another_may_be_tried(string password)
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

    /// <remarks>A password manager saves the new password under the account's email. Who has no good token learns no address.</remarks>
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
        for (var time = 0; time < 3; time++)
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
