using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <remarks>Each token below is valid except for one flaw (RFC 8725, sections 3.1, 3.8 to 3.12).</remarks>
public sealed class ForgedAccessTokenTests(SharedUserApp app) : IClassFixture<SharedUserApp>
{
    [Fact]
    public async Task A_token_that_is_built_like_the_servers_own_is_accepted()
    {
        var (header, payload) = await GenuineAsync();

        await (await FetchAsync(Jwt.Sign(header, payload))).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NoNe")]
    [InlineData("")]
    [InlineData("HS256")]
    public async Task A_token_without_a_signature_is_refused(string algorithm)
    {
        var (header, payload) = await GenuineAsync();
        header["alg"] = algorithm;

        await ShouldBeRefusedAsync(Jwt.Unsigned(header, payload));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    [InlineData("RS256")]
    [InlineData("ES256")]
    [InlineData("hs256")]
    [InlineData(null)]
    public async Task An_algorithm_other_than_the_one_is_refused(string? algorithm)
    {
        var (header, payload) = await GenuineAsync();
        header["alg"] = algorithm;

        await ShouldBeRefusedAsync(Jwt.Sign(header, payload));
    }

    [Fact]
    public async Task A_valid_signature_by_another_algorithm_is_refused()
    {
        var (header, payload) = await GenuineAsync();
        header["alg"] = "HS512";

        await ShouldBeRefusedAsync(Jwt.SignSha512(header, payload));
    }

    [Fact]
    public async Task Another_secret_is_refused()
    {
        var (header, payload) = await GenuineAsync();

        await ShouldBeRefusedAsync(Jwt.Sign(header, payload, "a-secret-of-somebody-else-with-over-32-bytes"));
        await ShouldBeRefusedAsync(Jwt.Sign(header, payload, CortexApp.SecretKey));
    }

    [Theory]
    [InlineData("exp")]
    [InlineData("sub")]
    [InlineData("sid")]
    [InlineData("iss")]
    [InlineData("aud")]
    public async Task A_token_without_a_required_claim_is_refused(string claim)
    {
        var (header, payload) = await GenuineAsync();
        payload.Remove(claim);

        await ShouldBeRefusedAsync(Jwt.Sign(header, payload));
    }

    [Theory]
    [InlineData("iss", "\"http://evil.example\"")]
    [InlineData("iss", "\"http://localhost:5000/\"")]
    [InlineData("iss", "\"\"")]
    [InlineData("aud", "\"another\"")]
    [InlineData("aud", "[]")]
    [InlineData("exp", "\"tomorrow\"")]
    [InlineData("exp", "-1")]
    [InlineData("exp", "1e300")]
    [InlineData("exp", "null")]
    [InlineData("nbf", "99999999999")]
    [InlineData("sub", "\"admin\"")]
    [InlineData("sub", "[\"a\",\"b\"]")]
    [InlineData("sub", "7")]
    [InlineData("sid", "\"' OR 1=1--\"")]
    [InlineData("sid", "null")]
    [InlineData("sid", "{}")]
    public async Task A_wrong_claim_is_refused(string claim, string json)
    {
        var (header, payload) = await GenuineAsync();
        payload[claim] = JsonNode.Parse(json);

        var answer = await FetchAsync(Jwt.Sign(header, payload));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_token_from_the_future_is_refused()
    {
        var (header, payload) = await GenuineAsync();
        payload["nbf"] = app.Clock.GetUtcNow().ToUnixTimeSeconds() + 7;

        await ShouldBeRefusedAsync(Jwt.Sign(header, payload));
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("rt+jwt")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Another_type_is_refused(string? type)
    {
        var (header, payload) = await GenuineAsync();
        header.Remove("typ");
        if (type is not null)
        {
            header["typ"] = type;
        }

        await ShouldBeRefusedAsync(Jwt.Sign(header, payload));
    }

    [Theory]
    [InlineData("kid", "\"../../../../dev/null\"")]
    [InlineData("kid", "\"' UNION SELECT 'AA'--\"")]
    [InlineData("jwk", """{"kty":"oct","k":"YS1zZWNyZXQtb2Ytc29tZWJvZHktZWxzZS13aXRoLW92ZXItMzItYnl0ZXM"}""")]
    public async Task A_header_never_chooses_the_key(string name, string json)
    {
        var (header, payload) = await GenuineAsync();
        header[name] = JsonNode.Parse(json);

        await ShouldBeRefusedAsync(Jwt.Sign(header, payload, "a-secret-of-somebody-else-with-over-32-bytes"));
        await ShouldBeRefusedAsync(Jwt.Sign(header, payload, "AA"));
        await ShouldBeRefusedAsync(Jwt.Sign(header, payload, "\0"));
    }

    [Theory]
    [InlineData("jku")]
    [InlineData("x5u")]
    public async Task A_header_never_causes_a_fetch(string name)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var (header, payload) = await GenuineAsync();
        header[name] = $"http://{listener.LocalEndpoint}/keys";

        await ShouldBeRefusedAsync(Jwt.Sign(header, payload, "a-secret-of-somebody-else-with-over-32-bytes"));

        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task A_valid_token_of_another_users_session_is_refused()
    {
        var (header, payload) = await GenuineAsync();
        var other = Jwt.Read((await app.SignUpAsync()).Tokens.AccessToken).Payload;
        payload["sub"] = other["sub"]!.DeepClone();

        await (await FetchAsync(Jwt.Sign(header, payload))).ShouldBeProblemAsync(401, "session_revoked");
    }

    [Fact]
    public async Task A_session_that_never_existed_is_refused()
    {
        var (header, payload) = await GenuineAsync();
        payload["sid"] = Guid.NewGuid().ToString();

        await (await FetchAsync(Jwt.Sign(header, payload))).ShouldBeProblemAsync(401, "session_revoked");
    }

    [Fact]
    public async Task Other_kinds_of_tokens_are_no_access_tokens()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var login = await app.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.User.Email, password = user.User.Password });
        var challenge = (await login.ShouldBeProblemAsync(401, "two_factor_required")).GetProperty("two_factor_token").GetString()!;
        var (_, key) = await CortexApp.GenerateKeyAsync(user.Http);

        foreach (var other in new[] { user.Tokens.RefreshToken, challenge, key })
        {
            await ShouldBeRefusedAsync(other);
        }
    }

    /// <summary>A token has exactly one text (RFC 7515 section 2): no padding, spare bits, other alphabet, or whitespace.</summary>
    [Fact]
    public async Task Another_spelling_of_a_valid_token_is_refused()
    {
        var (_, tokens, _) = await app.CallerAsync();
        var parts = tokens.AccessToken.Split('.');
        Assert.Equal(43, parts[2].Length);

        foreach (var spelling in new[]
        {
            tokens.AccessToken + "=", tokens.AccessToken + "==", $"{parts[0]}=.{parts[1]}.{parts[2]}", $"{parts[0]}.{parts[1]}==.{parts[2]}",
            $"{parts[0]}.{parts[1]}=.{parts[2]}=",
            tokens.AccessToken[..^1] + WithSpareBit(tokens.AccessToken[^1]), tokens.AccessToken + ".", "." + tokens.AccessToken,
        })
        {
            await ShouldBeRefusedAsync(spelling);
            var introspected = await (await app.IntrospectorAsync()).PostFormAsync("/api/v1/auth/introspect", ("token", spelling));
            Assert.Equal("""{"active":false}""", await introspected.TextAsync());
        }
    }

    /// <summary>Padding isn't allowed in any part, signed or not.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_signature_over_a_padded_part_is_refused(int part)
    {
        var (_, tokens, _) = await app.CallerAsync();
        var parts = tokens.AccessToken.Split('.')[..2];
        parts[part] += new string('=', 4 - (parts[part].Length % 4));
        var signed = string.Join('.', parts);
        var signature = System.Security.Cryptography.HMACSHA256.HashData(
            System.Text.Encoding.UTF8.GetBytes(CortexApp.JwtSecret), System.Text.Encoding.ASCII.GetBytes(signed));

        await ShouldBeRefusedAsync(signed + "." + System.Buffers.Text.Base64Url.EncodeToString(signature));
    }

    /// <summary>43 characters hold 258 bits, the last two of which are unused.</summary>
    private static char WithSpareBit(char letter)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return Alphabet[Alphabet.IndexOf(letter, StringComparison.Ordinal) + 1];
    }

    private async Task<(JsonObject Header, JsonObject Payload)> GenuineAsync()
    {
        var (_, tokens, _) = await app.CallerAsync();
        return Jwt.Read(tokens.AccessToken);
    }

    private Task<HttpResponseMessage> FetchAsync(string token) => app.WithToken(token).FetchAsync("/api/v1/auth/me");

    private async Task ShouldBeRefusedAsync(string token) => await (await FetchAsync(token)).ShouldBeProblemAsync(401, "invalid_token");
}
