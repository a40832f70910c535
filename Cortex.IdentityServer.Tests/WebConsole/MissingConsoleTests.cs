using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Pages;

namespace Cortex.IdentityServer.Tests.WebConsole;

/// <summary>A server that was built without Node.js.</summary>
public sealed class MissingConsoleApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override string ConsoleFolder => Path.Combine(AppContext.BaseDirectory, "data", "nothing");
}

/// <summary>Without the console, the rest of the server works, and whoever looks for the console learns how to get it.</summary>
public sealed class MissingConsoleTests(MissingConsoleApp missing, NoConsoleApp off, BelowPathApp below)
    : IClassFixture<MissingConsoleApp>, IClassFixture<NoConsoleApp>, IClassFixture<BelowPathApp>
{
    private const string Warning = "Warning: The web console is missing";

    [Fact]
    public async Task The_page_at_the_root_says_how_to_build_the_console()
    {
        using var answer = await missing.Anonymous().FetchAsync("/");

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        var html = await answer.TextAsync();
        Assert.Contains("Node.js 20.19", html, StringComparison.Ordinal);
        Assert.Contains("dotnet build Cortex.IdentityServer -p:RequireConsole=true", html, StringComparison.Ordinal);
        Assert.Contains("href=\"scalar\"", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/login")]
    [InlineData("/account/sessions")]
    [InlineData("/admin/users/0199f0f0-0000-7000-8000-000000000000")]
    public async Task A_page_of_the_console_says_so_too_and_is_404(string path)
    {
        using var answer = await missing.Anonymous().FetchAsync(path);

        await answer.ShouldBeAsync(HttpStatusCode.NotFound);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("Node.js 20.19", await answer.TextAsync(), StringComparison.Ordinal);
        await (await missing.Anonymous().PostNothingAsync(path)).ShouldBeProblemAsync(405, "method_not_allowed");
    }

    [Fact]
    public async Task The_log_warns_once_at_startup()
    {
        await missing.Anonymous().FetchAsync("/");
        await missing.Anonymous().FetchAsync("/login");

        Assert.Equal(1, missing.CountLogLines(Warning));
        Assert.Equal(0, off.CountLogLines(Warning));
    }

    [Fact]
    public async Task The_page_for_a_mailed_link_takes_the_place_of_the_security_page() => Assert.Contains(
        "autocomplete=\"username\"", await (await missing.Anonymous().FetchAsync("/account/security")).TextAsync(), StringComparison.Ordinal);

    [Theory]
    [InlineData("/login")]
    [InlineData("/admin")]
    [InlineData("/assets/index-B4tq0m1s.js")]
    [InlineData("/manifest.webmanifest")]
    public async Task With_CONSOLE_off_there_is_nothing(string path)
    {
        await (await off.Anonymous().FetchAsync(path)).ShouldBeProblemAsync(404, "not_found");
        await (await below.Anonymous().FetchAsync(path)).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task With_CONSOLE_off_the_page_at_the_root_does_not_mention_it() =>
        Assert.DoesNotContain("console", await (await off.Anonymous().FetchAsync("/")).TextAsync(), StringComparison.OrdinalIgnoreCase);
}
