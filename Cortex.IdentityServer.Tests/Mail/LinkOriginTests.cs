using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>A server behind a trusted proxy.</summary>
public sealed class ProxiedApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("TRUSTED_PROXIES", "127.0.0.1, ::1"), ("PUBLIC_URL", LinkOriginTests.Base)];
}

/// <summary>A server without a trusted proxy.</summary>
public sealed class UnproxiedApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("PUBLIC_URL", LinkOriginTests.Base)];
}

/// <remarks>
/// Links are built from the configuration, and never from a request. In other products, they were built from X-Forwarded-Host (GHSA-3529-5m8x-rpv3,
/// CVE-2025-64101).
/// </remarks>
public sealed class LinkOriginTests(UnproxiedApp unproxied, ProxiedApp proxied) : IClassFixture<UnproxiedApp>, IClassFixture<ProxiedApp>
{
    public const string Base = "https://id.example.com/auth";

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("X-Forwarded-Host", "evil.example")]
    [InlineData("X-Forwarded-Host", "id.example.com, evil.example")]
    [InlineData("X-Forwarded-Server", "evil.example")]
    [InlineData("X-Forwarded-Prefix", "//evil.example/")]
    [InlineData("X-Original-Host", "evil.example")]
    [InlineData("X-Original-URL", "https://evil.example/")]
    [InlineData("Forwarded", "for=192.0.2.7;host=evil.example;proto=http")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Referer", "https://evil.example/")]
    public async Task No_request_header_affects_the_link_in_an_email(string header, string value)
    {
        foreach (var app in new CortexApp[] { unproxied, proxied })
        {
            var email = app.NewEmail();
            Assert.Equal(HttpStatusCode.Created, await SendAsync(app, "register", new { email, password = TestUser.DefaultPassword }));
            Assert.Equal(HttpStatusCode.Accepted, await SendAsync(app, "forgot-password", new { email }));

            foreach (var (kind, page) in new[] { ("verify_email", "verify-email"), ("reset_password", "reset-password") })
            {
                var message = await app.Mailbox.WaitAsync(email, kind);
                Assert.DoesNotContain("evil", message.ToString(), StringComparison.OrdinalIgnoreCase);
                var link = $"{Base}/{page}?token={Mailbox.TokenIn(message)}";
                Assert.Contains(link, message.TextBody, StringComparison.Ordinal);
                Assert.Contains($"href=\"{link}\"", message.HtmlBody, StringComparison.Ordinal);
            }
        }

        async Task<HttpStatusCode> SendAsync(CortexApp app, string route, object body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/auth/{route}") { Content = JsonContent.Create(body, body.GetType()) };
            Assert.True(request.Headers.TryAddWithoutValidation(header, value));
            using var http = app.Anonymous();
            return (await http.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode;
        }
    }
}
