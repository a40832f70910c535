using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A server without its documentation routes.</summary>
public sealed class NoDocsApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("API_DOCS", "off")];
}

/// <summary>The OpenAPI document and its page are available only if the operator enables them (OWASP ASVS 13.4.5).</summary>
public sealed class ApiDocsTests(CortexApp on, NoDocsApp off) : IClassFixture<CortexApp>, IClassFixture<NoDocsApp>
{
    private const string Document = "/openapi/v1.json";

    [Theory]
    [InlineData(Document)]
    [InlineData("/scalar")]
    [InlineData("/scalar/")]
    [InlineData("/scalar/scalar.js")]
    public async Task When_disabled_the_documentation_routes_are_404(string path) =>
        await (await off.Anonymous().GetAsync(path, TestContext.Current.CancellationToken)).ShouldBeProblemAsync(404, "not_found");

    [Fact]
    public async Task The_page_may_load_only_from_this_server()
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

    [Fact]
    public async Task Sixteen_concurrent_requests_for_the_document_get_the_same_bytes()
    {
        using var fresh = on.StartReplica(out var replica);
        using (replica)
        {
            var texts = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ => await (await fresh.FetchAsync(Document)).TextAsync()));

            Assert.Equal(await (await on.Anonymous().FetchAsync(Document)).TextAsync(), Assert.Single(texts.Distinct()));
        }
    }

    [Theory]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("br", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("GZIP", "gzip")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip")]
    [InlineData("*", "br")]
    [InlineData("*;q=0", null)]
    [InlineData("identity", null)]
    [InlineData("deflate", null)]
    [InlineData("", null)]
    [InlineData(";;,", null)]
    [InlineData(null, null)]
    public async Task The_document_is_sent_in_an_encoding_that_the_client_accepts(string? accepted, string? encoding)
    {
        using var http = Client();
        using var answer = await http.FetchWithAsync(Document, "Accept-Encoding", accepted);

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("public, max-age=60", answer.Headers.CacheControl?.ToString());
        var (sent, plain) = await answer.ShouldBeEncodedAsync(encoding);
        using var document = await JsonDocument.ParseAsync(plain, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("Cortex Identity", document.RootElement.GetProperty("info").GetProperty("title").GetString());
        Assert.True(encoding is null || sent.Length < 200_000, $"{sent.Length} bytes");
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_client_with_the_current_document_gets_304(string encoding)
    {
        using var http = Client();
        http.DefaultRequestHeaders.Add("Accept-Encoding", encoding);
        var tag = (await http.FetchAsync(Document)).Headers.ETag!;
        Assert.False(tag.IsWeak);

        await http.ShouldRevalidateAsync(Document, tag, "public, max-age=60");
    }

    [Fact]
    public async Task HEAD_of_the_document_has_its_headers_and_no_body()
    {
        using var http = Client();
        using var request = new HttpRequestMessage(HttpMethod.Head, Document);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.NotNull(answer.Headers.ETag);
        Assert.True(answer.Content.Headers.ContentLength > 0);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task There_is_no_other_document() =>
        await (await on.Anonymous().FetchAsync("/openapi/v2.json")).ShouldBeProblemAsync(404, "not_found");

    /// <summary>A client that neither requests nor decompresses encodings by itself.</summary>
    private HttpClient Client() =>
        new(new SocketsHttpHandler { AutomaticDecompression = System.Net.DecompressionMethods.None }) { BaseAddress = on.BaseAddress };
}
