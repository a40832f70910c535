using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.WebConsole;

/// <summary>The console's scripts, styles, and images.</summary>
public sealed class ConsoleAssetTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Script = "/" + ConsoleStandIn.Script;

    [Theory]
    [InlineData(ConsoleStandIn.Script, "text/javascript; charset=utf-8")]
    [InlineData(ConsoleStandIn.StyleSheet, "text/css; charset=utf-8")]
    [InlineData(ConsoleStandIn.Picture, "image/svg+xml")]
    [InlineData(ConsoleStandIn.Font, "font/woff2")]
    public async Task A_file_with_a_hash_in_its_name_is_kept_for_a_year(string name, string type)
    {
        using var answer = await app.Anonymous().FetchAsync("/" + name);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(type, answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(["public, max-age=31536000, immutable"], answer.Headers.GetValues("Cache-Control"));
        Assert.Equal(["same-origin"], answer.Headers.GetValues("Cross-Origin-Resource-Policy"));
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; ", policy, StringComparison.Ordinal);
        Assert.Equal(name == ConsoleStandIn.Picture, policy.EndsWith("; sandbox", StringComparison.Ordinal));
        Assert.NotNull(answer.Headers.ETag);
        Assert.Contains("Accept-Encoding", answer.Headers.Vary);
        Assert.Equal(["1000000"], answer.Headers.GetValues("RateLimit-Limit"));
    }

    [Fact]
    public async Task A_file_at_the_root_is_checked_again_after_five_minutes()
    {
        using var answer = await app.Anonymous().FetchAsync("/" + ConsoleStandIn.Manifest);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("application/manifest+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("public, max-age=300", answer.Headers.CacheControl?.ToString());
        Assert.Equal("{}", await answer.TextAsync());
    }

    [Theory]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("GZIP;q=0.1", "gzip")]
    [InlineData("br;q=0.5, gzip", "gzip")]
    [InlineData("br;q=0.5, gzip;q=0.5", "br")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip")]
    [InlineData("gzip;q=0, *", "br")]
    [InlineData("br;q=0, *;q=0.2", "gzip")]
    [InlineData("identity, br;q=0.5", null)]
    [InlineData("identity;q=0.5, br;q=0.5", "br")]
    [InlineData("identity;q=0", null)]
    [InlineData("*;q=0", null)]
    [InlineData("deflate", null)]
    [InlineData("", null)]
    [InlineData(";;,", null)]
    [InlineData(null, null)]
    public async Task A_file_is_sent_in_the_encoding_that_the_client_prefers(string? accepted, string? encoding)
    {
        using var answer = await app.Anonymous().FetchWithAsync(Script, "Accept-Encoding", accepted);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(ConsoleStandIn.ContentOf(ConsoleStandIn.Script), (await answer.ShouldBeEncodedAsync(encoding)).Plain.ToArray());
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_client_with_the_current_file_gets_304(string encoding)
    {
        var http = app.Anonymous();
        http.DefaultRequestHeaders.Add("Accept-Encoding", encoding);
        var tag = (await http.FetchAsync(Script)).Headers.ETag!;

        await http.ShouldRevalidateAsync(Script, tag, "public, max-age=31536000, immutable");
    }

    [Fact]
    public async Task Each_encoding_has_its_own_tag()
    {
        var tags = new HashSet<string>(StringComparer.Ordinal);
        foreach (var encoding in new[] { "identity", "gzip", "br" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Script) { Headers = { { "Accept-Encoding", encoding } } };
            using var answer = await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);
            tags.Add(answer.Headers.ETag!.Tag);
        }

        Assert.Equal(3, tags.Count);
    }

    [Fact]
    public async Task HEAD_has_the_same_headers_and_no_body()
    {
        using var get = await app.Anonymous().FetchAsync(Script);
        using var head = await app.Anonymous().SendAsync(new(HttpMethod.Head, Script), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    /// <remarks>A range is optional, and a client that asks for one accepts the whole file (RFC 9110 section 14.2).</remarks>
    [Fact]
    public async Task A_range_is_ignored()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Script) { Headers = { Range = new(0, 9) } };

        await (await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/assets")]
    [InlineData("/assets/")]
    [InlineData("/assets/nothing.js")]
    [InlineData("/assets/INDEX-B4tq0m1s.js")]
    [InlineData("/assets/index-B4tq0m1s.js.br")]
    [InlineData("/assets/index-B4tq0m1s.js.gz")]
    [InlineData("/assets/index-B4tq0m1s.js/")]
    [InlineData("/assets/%2e%2e/index.html")]
    [InlineData("/assets/..%2findex.html")]
    [InlineData("/assets/%2e%2e%2f%2e%2e%2fetc/passwd")]
    [InlineData("/assets/C:%5Cwindows%5Cwin.ini")]
    [InlineData("/assets/index.html")]
    public async Task An_unknown_file_is_a_problem_and_never_HTML(string path)
    {
        using var answer = await app.Anonymous().FetchWithAsync(path, "Accept", "text/html");

        await answer.ShouldBeProblemAsync(404, "not_found");
        Assert.Null(answer.Headers.CacheControl?.MaxAge);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task No_other_method_is_allowed(string method) => await (await app.Anonymous().SendAsync(
        new(new HttpMethod(method), Script), TestContext.Current.CancellationToken)).ShouldBeProblemAsync(405, "method_not_allowed");

    [Fact]
    public async Task An_office_of_two_hundred_can_open_the_console_in_the_same_minute()
    {
        using var fresh = app.StartReplica(out var replica, ("RATE_LIMITS", "login=600"));
        using (replica)
        {
            using var answer = await fresh.FetchAsync(Script);

            // A page takes at most 30 requests.
            Assert.Equal(["6000"], answer.Headers.GetValues("RateLimit-Limit"));
            Assert.Equal(["5999"], answer.Headers.GetValues("RateLimit-Remaining"));
        }
    }
}
