using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A server that shows no documentation.</summary>
public sealed class NoDocsApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("API_DOCS", "off")];
}

/// <summary>The document and its page are there when the operator wants them (security.md H7).</summary>
public sealed class ApiDocsTests(CortexApp on, NoDocsApp off) : IClassFixture<CortexApp>, IClassFixture<NoDocsApp>
{
    [Theory]
    [InlineData("/openapi/v1.json")]
    [InlineData("/scalar")]
    [InlineData("/scalar/")]
    [InlineData("/scalar/scalar.js")]
    public async Task Switched_off_they_are_404(string path) =>
        await (await off.Anonymous().GetAsync(path, TestContext.Current.CancellationToken)).ShouldBeProblemAsync(404, "not_found");

    [Fact]
    public async Task The_page_may_load_from_this_server_alone()
    {
        var page = await on.Anonymous().GetAsync("/scalar", TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("src=\"http", html, StringComparison.Ordinal);
    }
}
