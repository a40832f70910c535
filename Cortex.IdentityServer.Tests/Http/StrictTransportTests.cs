using Cortex.IdentityServer.Tests.Configuration;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>A server in Production behind a proxy that terminates TLS.</summary>
public sealed class TlsProxyApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override string Environment => "Production";

    protected override IEnumerable<(string Name, string Value)> Settings => [("PUBLIC_URL", "https://id.example.com"), ("TRUSTED_PROXIES", "127.0.0.1")];
}

/// <summary>The same server in Development.</summary>
public sealed class TlsDevelopmentApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("PUBLIC_URL", "https://id.example.com"), ("TRUSTED_PROXIES", "127.0.0.1")];
}

/// <remarks>Browsers remember the header, and http can't revoke it (RFC 6797).</remarks>
public sealed class StrictTransportTests(TlsProxyApp production, TlsDevelopmentApp development) : IClassFixture<TlsProxyApp>, IClassFixture<TlsDevelopmentApp>
{
    [Theory]
    [InlineData("/health")]
    [InlineData("/api/v1/auth/me")]
    [InlineData("/nowhere")]
    public async Task In_Production_responses_over_https_carry_HSTS_for_this_host_only(string path)
    {
        Assert.Equal("max-age=63072000", await HeaderAsync(production, path, "https"));
        Assert.Null(await HeaderAsync(production, path, "http"));
        Assert.Null(await HeaderAsync(development, path, "https"));
    }

    [Theory]
    [InlineData("max-age=63072000", null, null, null)]
    [InlineData("max-age=300", "300", null, null)]
    [InlineData("max-age=0", "0", null, null)]
    [InlineData("max-age=63072000; includeSubDomains", null, "true", null)]
    [InlineData("max-age=31536000; includeSubDomains; preload", "31536000", "true", "true")]
    public void Operators_choose_the_lifetime_and_subdomains_of_HSTS(string header, string? seconds, string? subdomains, string? preload)
    {
        (string, string?)[] settings = [("HSTS_SECONDS", seconds), ("HSTS_INCLUDE_SUBDOMAINS", subdomains), ("HSTS_PRELOAD", preload)];

        Assert.Equal(header, Variables.Read(Environments.Production, settings).Http.StrictTransport);
        Assert.Null(Variables.Read(Environments.Development, settings).Http.StrictTransport);
    }

    private static async Task<string?> HeaderAsync(CortexApp app, string path, string scheme)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Forwarded-Proto", scheme);
        request.Headers.Add("X-Forwarded-For", "192.0.2.7");
        var answer = await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);
        return answer.Headers.TryGetValues("Strict-Transport-Security", out var values) ? values.Single() : null;
    }
}
