using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Features.WebConsole;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.WebConsole;

/// <summary>A console with the operator's name, logo, and color.</summary>
public sealed class BrandedApp(PostgresCluster cluster) : CortexApp(cluster)
{
    public const string Logo = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>""";

    private readonly string _logo = Path.GetTempFileName();

    protected override IEnumerable<(string Name, string Value)> Settings
    {
        get
        {
            File.WriteAllText(_logo, Logo);
            return [("CONSOLE_TITLE", "Ada & <Söhne> $1"), ("CONSOLE_LOGO_FILE", _logo), ("CONSOLE_ACCENT_COLOR", "#1F4FD8")];
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        File.Delete(_logo);
    }
}

/// <summary>The name, logo, and color of the console are settings of the server.</summary>
public sealed partial class ConsoleBrandTests(BrandedApp app) : IClassFixture<BrandedApp>
{
    private const string EncodedTitle = "Ada &amp; &lt;S&#xF6;hne&gt; $1";

    [Fact]
    public async Task The_name_is_in_the_title_and_for_the_script()
    {
        var html = await (await app.Anonymous().FetchAsync("/login")).TextAsync();

        Assert.Contains($"<title>{EncodedTitle}</title>", html, StringComparison.Ordinal);
        Assert.Contains($"<meta name=\"console-title\" content=\"{EncodedTitle}\" />", html, StringComparison.Ordinal);

        // Everything else stays as it was built.
        Assert.Contains("<div id=\"root\">Cortex Identity</div>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_logo_is_an_asset_that_can_not_run_scripts()
    {
        var html = await (await app.Anonymous().FetchAsync("/")).TextAsync();
        var path = LogoPath().Match(html).Groups[1].Value;
        Assert.Matches(@"^/assets/brand-logo-[0-9a-f]{16}\.svg$", path);

        using var answer = await app.Anonymous().FetchAsync(path);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("image/svg+xml", answer.Content.Headers.ContentType?.MediaType);
        Assert.EndsWith("; sandbox", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(["public, max-age=31536000, immutable"], answer.Headers.GetValues("Cache-Control"));
        Assert.Equal(BrandedApp.Logo, await answer.TextAsync());
    }

    [Fact]
    public async Task The_color_is_a_style_sheet_after_the_consoles_own()
    {
        var html = await (await app.Anonymous().FetchAsync("/")).TextAsync();
        var links = StyleSheet().Matches(html).Select(link => link.Groups[1].Value).ToList();
        Assert.Equal(["/" + ConsoleStandIn.StyleSheet, links[^1]], links);
        Assert.True(html.LastIndexOf("<link", StringComparison.Ordinal) < html.IndexOf("</head>", StringComparison.Ordinal));
        Assert.DoesNotContain("style=", html, StringComparison.Ordinal);

        using var answer = await app.Anonymous().FetchAsync(links[^1]);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("text/css", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(":root{--brand:#1f4fd8}", await answer.TextAsync());
    }

    [Fact]
    public void Without_settings_the_page_stays_as_it_was_built() => Assert.Equal(
        ConsoleStandIn.Html, Encoding.UTF8.GetString(ConsolePage.Of(ConsoleStandIn.Html, ConsoleOptions.DefaultTitle, logo: null, styleSheet: null)));

    [GeneratedRegex("<meta name=\"console-logo\" content=\"([^\"]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex LogoPath();

    [GeneratedRegex("<link rel=\"stylesheet\"[^>]* href=\"([^\"]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex StyleSheet();
}
