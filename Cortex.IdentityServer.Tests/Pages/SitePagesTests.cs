using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Pages;

/// <summary>A server that a proxy publishes below a path.</summary>
public sealed class BelowPathApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("PUBLIC_URL", "https://id.example.com/auth/")];
}

/// <summary>A server without the web console.</summary>
public class NoConsoleApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("CONSOLE", "off")];
}

/// <summary>A server without the web console and without its documentation routes.</summary>
public sealed class NoConsoleAndDocsApp(PostgresCluster cluster) : NoConsoleApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [.. base.Settings, ("API_DOCS", "off")];
}

/// <summary>The pages that users and password managers find without a link from an email, on a server without the web console.</summary>
public sealed class SitePagesTests(NoConsoleApp app, NoConsoleAndDocsApp withoutDocs, BelowPathApp below)
    : IClassFixture<NoConsoleApp>, IClassFixture<NoConsoleAndDocsApp>, IClassFixture<BelowPathApp>
{
    private const string Chromium = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task The_start_page_describes_the_server_and_links_to_its_documentation(string method)
    {
        using var answer = await OpenAsync(app, "/", Chromium, method);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("public, max-age=300", answer.Headers.CacheControl?.ToString());
        Assert.Contains("Accept", answer.Headers.Vary);
        Assert.StartsWith("default-src 'none'; ", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var html = await answer.TextAsync();
        Assert.Equal(method == "GET", html.Contains("Cortex Identity", StringComparison.Ordinal));
        if (method == "GET")
        {
            Assert.Contains("href=\"scalar\"", html, StringComparison.Ordinal);
            Assert.Contains("href=\"openapi/v1.json\"", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Every_link_on_the_page_works()
    {
        using var answer = await OpenAsync(app, "/", Chromium);
        var links = System.Text.RegularExpressions.Regex.Matches(await answer.TextAsync(), "href=\"([^\"]+)\"").Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(links);
        foreach (var link in links)
        {
            await (await app.Anonymous().FetchAsync("/" + link)).ShouldBeAsync(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Without_API_documentation_the_page_does_not_link_to_it()
    {
        using var answer = await OpenAsync(withoutDocs, "/", Chromium);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        var html = await answer.TextAsync();
        Assert.DoesNotContain("scalar", html, StringComparison.Ordinal);
        Assert.DoesNotContain("openapi", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("text/*;q=0.1, application/json")]
    [InlineData("garbage")]
    [InlineData(null)]
    public async Task A_client_that_accepts_anything_gets_the_page_too(string? accept)
    {
        using var answer = await OpenAsync(app, "/", accept);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/html;q=0, application/json")]
    [InlineData("text/html;q=0, */*")]
    public async Task A_client_that_does_not_accept_HTML_gets_404(string accept)
    {
        using var answer = await OpenAsync(app, "/", accept);

        await answer.ShouldBeProblemAsync(404, "not_found");
        Assert.Contains("Accept", answer.Headers.Vary);
    }

    [Fact]
    public async Task There_is_no_favicon() =>
        await (await app.Anonymous().FetchAsync("/favicon.ico")).ShouldBeProblemAsync(404, "not_found");

    /// <remarks>Password managers use this URL (https://www.w3.org/TR/change-password-url/).</remarks>
    [Fact]
    public async Task The_well_known_URL_redirects_to_the_page_for_changing_the_password()
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = app.BaseAddress };
        using var answer = await http.FetchAsync("/.well-known/change-password");

        await answer.ShouldBeAsync(HttpStatusCode.Redirect);
        Assert.Equal("/account/security", answer.Headers.Location?.ToString());
        await (await app.Anonymous().FetchAsync("/.well-known/change-password")).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.Anonymous().FetchAsync("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"))
            .ShouldBeAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Below_a_path_it_redirects_within_the_path_whatever_the_Host_header_says()
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = below.BaseAddress };
        http.DefaultRequestHeaders.Host = "evil.example";
        using var answer = await http.FetchAsync("/.well-known/change-password");

        Assert.Equal("/auth/account/security", answer.Headers.Location?.ToString());
    }

    [Fact]
    public async Task A_user_can_reset_a_password_with_only_a_browser()
    {
        var user = await app.RegisterAsync();
        Assert.Contains("autocomplete=\"username\"", await (await app.Anonymous().FetchAsync("/account/security")).TextAsync(), StringComparison.Ordinal);

        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var asked = await app.Anonymous().PostFormAsync("/account/security", ("email", user.Email));
        await asked.ShouldBeAsync(HttpStatusCode.OK);
        var unknown = await app.Anonymous().PostFormAsync("/account/security", ("email", app.NewEmail()));
        Assert.Equal(await asked.TextAsync(), await unknown.TextAsync());

        var token = await app.NewestTokenAsync(user.Email, "reset_password");
        await (await app.Anonymous().PostFormAsync("/reset-password", ("token", token), ("username", user.Email), ("new_password", EmailSteps.NewPassword)))
            .ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, EmailSteps.NewPassword));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nobody")]
    [InlineData("a@b@example.com")]
    public async Task An_invalid_address_can_be_corrected(string email)
    {
        var answer = await app.Anonymous().PostFormAsync("/account/security", ("email", email));

        await answer.ShouldBeAsync(HttpStatusCode.BadRequest);
        Assert.Contains("role=\"alert\"", await answer.TextAsync(), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> OpenAsync(CortexApp server, string path, string? accept, string method = "GET")
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return server.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);
    }
}
