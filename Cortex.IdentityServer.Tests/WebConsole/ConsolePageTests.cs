using System.Net;
using Cortex.IdentityServer.Features.WebConsole;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.WebConsole;

/// <summary>The console's HTML page is served at the console's own addresses, and nowhere else.</summary>
public sealed class ConsolePageTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <summary>The contract's list of pages.</summary>
    public static TheoryData<string> Paths =>
    [
        "/", "/login", "/register", "/forgot-password", "/keys", "/usage", "/billing", "/activity", "/account", "/account/security", "/account/sessions",
        "/admin", "/admin/users", "/admin/users/0199f0f0-0000-7000-8000-000000000000", "/admin/import", "/admin/audit", "/admin/usage",
        "/admin/billing-events", "/admin/billing-events/0199f0f0-0000-7000-8000-000000000000", "/admin/reconciliation",
    ];

    [Fact]
    public void Every_page_is_tested() => Assert.Equal(
        ConsoleFeature.Pages.Select(page => page.Replace("{id:guid}", "0199f0f0-0000-7000-8000-000000000000", StringComparison.Ordinal)).Prepend("/"),
        Paths.Select(row => row.Data));

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_page_has_the_consoles_HTML_and_headers(string path)
    {
        using var answer = await app.Anonymous().FetchAsync(path + "?next=%2Fkeys");

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(ConsoleStandIn.Html, await answer.TextAsync());
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.Equal([Policy], answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(["same-origin"], answer.Headers.GetValues("Cross-Origin-Opener-Policy"));
        Assert.Equal(["same-origin"], answer.Headers.GetValues("Cross-Origin-Resource-Policy"));
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["no-referrer"], answer.Headers.GetValues("Referrer-Policy"));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Single(answer.Headers.GetValues("RateLimit-Limit"));
        var permissions = answer.Headers.GetValues("Permissions-Policy").Single().Split(", ");
        Assert.Equal(
            ["publickey-credentials-get=(self)", "publickey-credentials-create=(self)", "clipboard-write=(self)"],
            permissions.Where(feature => !feature.EndsWith("=()", StringComparison.Ordinal)));
        Assert.Contains("camera=()", permissions);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task HEAD_has_the_same_headers_and_no_body(string path)
    {
        using var get = await app.Anonymous().FetchAsync(path);
        using var head = await SendAsync("HEAD", path);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Equal(get.Headers.GetValues("Content-Security-Policy"), head.Headers.GetValues("Content-Security-Policy"));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task No_other_method_is_allowed(string path)
    {
        foreach (var method in new[] { "POST", "PUT", "DELETE" })
        {
            using var answer = await SendAsync(method, path);
            if (path == "/account/security" && method == "POST")
            {
                continue; // The server's own form for people without scripts.
            }

            await answer.ShouldBeProblemAsync(405, "method_not_allowed");
            Assert.Contains("GET", answer.Content.Headers.Allow);
        }
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/index.html")]
    [InlineData("/login/2fa")]
    [InlineData("/keys/1")]
    [InlineData("/admin/nothing")]
    [InlineData("/admin/users/1")]
    [InlineData("/admin/billing-events/1")]
    [InlineData("/api")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v1/admin/nothing")]
    [InlineData("/.well-known/nothing")]
    [InlineData("/.vite/manifest.json")]
    [InlineData("/favicon.ico")]
    public async Task Any_other_address_is_a_problem_even_for_a_browser(string path)
    {
        using var answer = await app.Anonymous().FetchWithAsync(path, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

        await answer.ShouldBeProblemAsync(404, "not_found");
    }

    [Theory]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true)]
    [InlineData("*/*", true)]
    [InlineData(null, true)]
    [InlineData("application/json", false)]
    [InlineData("text/html;q=0, */*", false)]
    public async Task The_root_is_a_page_only_for_clients_that_accept_HTML(string? accept, bool isPage)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var answer = await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Contains("Accept", answer.Headers.Vary);
        if (isPage)
        {
            await answer.ShouldBeAsync(HttpStatusCode.OK);
        }
        else
        {
            await answer.ShouldBeProblemAsync(404, "not_found");
        }
    }

    /// <remarks>Pages without scripts that were open before an update, and password managers that fill in forms, may still send it.</remarks>
    [Fact]
    public async Task The_form_for_a_mailed_link_still_works()
    {
        var user = await app.RegisterAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        await (await app.Anonymous().PostFormAsync("/account/security", ("email", user.Email))).ShouldBeAsync(HttpStatusCode.OK);

        Assert.NotEmpty(await app.NewestTokenAsync(user.Email, "reset_password"));
    }

    [Fact]
    public async Task The_pages_behind_mailed_links_stay_the_servers()
    {
        foreach (var path in new[] { "/verify-email?token=a", "/reset-password", "/invitation", "/change-email" })
        {
            var html = await (await app.Anonymous().FetchAsync(path)).TextAsync();

            Assert.Contains("<h1>", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_well_known_URL_for_changing_passwords_leads_to_the_console()
    {
        using var answer = await app.Anonymous().FetchAsync("/.well-known/change-password");

        Assert.Equal("/account/security", answer.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Equal(ConsoleStandIn.Html, await answer.TextAsync());
    }

    private Task<HttpResponseMessage> SendAsync(string method, string path) =>
        app.Anonymous().SendAsync(new HttpRequestMessage(new HttpMethod(method), path), TestContext.Current.CancellationToken);
}
