using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <remarks>RFC 6750: whatever the header contains, the response is a 401 with a challenge and costs little (CVE-2024-21319).</remarks>
public sealed class AuthorizationHeaderTests(SharedUserApp app) : IClassFixture<SharedUserApp>
{
    private const string Me = "/api/v1/auth/me";

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer a b")]
    [InlineData("Bearer ..")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer a.b.c.d.e")]
    [InlineData("Bearer eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiemlwIjoiREVGIn0..AAAA.AAAA.AAAA")]
    [InlineData("Bearer null")]
    [InlineData("Bearer \u00FF\u00FE\u0080")]
    [InlineData("Bearer \u00C3\u00A9")]
    [InlineData("Bearer,Bearer")]
    [InlineData("Bearer \"abc\"")]
    [InlineData("Basic !!")]
    [InlineData("Basic YTpi")]
    [InlineData("Digest username=\"a\"")]
    [InlineData("Negotiate")]
    [InlineData("ctx_abc")]
    [InlineData("")]
    public async Task A_malformed_header_is_a_401(string value)
    {
        var answer = await app.FetchRawAsync(Me, "Authorization: " + value);

        // Kestrel itself rejects octets that aren't UTF-8.
        Assert.True(answer.Status == 401 || (answer.Status == 400 && value.Any(letter => letter > '\u007F')), answer.Head);
        Assert.True(answer.Status == 400 || answer.Head.Contains("WWW-Authenticate: Bearer", StringComparison.OrdinalIgnoreCase), answer.Head);
    }

    [Fact]
    public async Task Thirty_kilobytes_of_bearer_are_refused() =>
        await (await app.WithToken(new string('a', 30_000)).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_token");

    [Fact]
    public async Task A_huge_but_well_formed_token_is_refused_too()
    {
        var (_, tokens, _) = await app.CallerAsync();
        var (header, payload) = Jwt.Read(tokens.AccessToken);
        payload["padding"] = new string('p', 20_000);

        await (await app.WithToken(Jwt.Sign(header, payload)).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_token");
    }

    [Theory]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    [InlineData("bEaReR")]
    public async Task The_scheme_may_be_written_in_any_case(string scheme)
    {
        var (_, tokens, _) = await app.CallerAsync();

        Assert.Equal(200, (await app.FetchRawAsync(Me, $"Authorization: {scheme} {tokens.AccessToken}")).Status);
    }

    [Fact]
    public async Task A_challenge_names_an_error_only_if_a_token_was_sent()
    {
        var none = await app.Anonymous().FetchAsync(Me);
        var wrong = await app.WithToken("a.b.c").FetchAsync(Me);

        await none.ShouldBeProblemAsync(401, "unauthenticated");
        Assert.Equal("Bearer realm=\"Cortex Identity\", ApiKey realm=\"Cortex Identity\"", none.Headers.WwwAuthenticate.ToString());
        await wrong.ShouldBeProblemAsync(401, "invalid_token");
        Assert.StartsWith(
            "Bearer realm=\"Cortex Identity\", error=\"invalid_token\", error_description=\"Invalid token\", ApiKey ",
            wrong.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_authorization_headers_are_refused()
    {
        var (_, tokens, _) = await app.CallerAsync();
        var header = "Authorization: Bearer " + tokens.AccessToken;

        var answer = await app.FetchRawAsync(Me, header, header);

        Assert.Equal(400, answer.Status);
        Assert.Contains("malformed_request", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_are_not_taken_from_the_URL()
    {
        var (_, tokens, http) = await app.CallerAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);

        foreach (var query in new[]
        {
            "access_token=" + tokens.AccessToken, "token=" + tokens.AccessToken, "api_key=" + key, "X-API-Key=" + key, "x-api-key=" + key,
        })
        {
            await (await app.Anonymous().FetchAsync($"{Me}?{query}")).ShouldBeProblemAsync(401, "unauthenticated");
        }
    }

    [Fact]
    public async Task Credentials_are_not_taken_from_cookies()
    {
        var (_, tokens, _) = await app.CallerAsync();

        var answer = await app.FetchRawAsync(Me, $"Cookie: access_token={tokens.AccessToken}; Authorization=Bearer {tokens.AccessToken}");

        Assert.Equal(401, answer.Status);
    }
}
