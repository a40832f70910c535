using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Tests.Sessions;

public sealed class Es256TokenTests(Es256App app) : KeyPairTokenTests(app), IClassFixture<Es256App>;

public sealed class Rs256TokenTests(Rs256App app) : KeyPairTokenTests(app), IClassFixture<Rs256App>;

/// <remarks>Properties of tokens that services verify on their own, whatever the algorithm (RFC 8725, sections 3.1 and 3.10).</remarks>
public abstract class KeyPairTokenTests(KeyPairApp app)
{
    private const string Me = "/api/v1/auth/me";

    private bool IsElliptic => app.Algorithm == "ES256";

    [Fact]
    public async Task The_header_names_algorithm_type_and_key_and_the_key_set_has_it()
    {
        var (_, tokens, http) = await app.SignUpAsync();
        var header = Jwt.Read(tokens.AccessToken).Header;

        var key = Assert.Single(await app.KeySetAsync());

        Assert.Equal(["alg", "kid", "typ"], header.Select(member => member.Key).Order());
        Assert.Equal(app.Algorithm, (string?)header["alg"]);
        Assert.Equal("at+jwt", (string?)header["typ"]);
        Assert.Equal(key.GetProperty("kid").GetString(), (string?)header["kid"]);
        Assert.Equal(Jwt.Thumbprint(key), (string?)header["kid"]);
        Assert.True(Jwt.IsSignedBy(tokens.AccessToken, key));
        Assert.False(Jwt.IsSignedBy(tokens.AccessToken.Replace(".eyJ", ".eyK", StringComparison.Ordinal), key));
        await (await http.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_key_set_holds_public_members_only()
    {
        var key = Assert.Single(await app.KeySetAsync());

        Assert.Equal(
            IsElliptic ? ["alg", "crv", "kid", "kty", "use", "x", "y"] : ["alg", "e", "kid", "kty", "n", "use"],
            key.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal("sig", key.GetProperty("use").GetString());
        Assert.Equal(app.Algorithm, key.GetProperty("alg").GetString());
    }

    [Fact]
    public async Task A_service_checks_a_token_with_the_key_set_and_a_library()
    {
        var (user, tokens, _) = await app.SignUpAsync();
        var text = await (await app.Anonymous().FetchAsync("/.well-known/jwks.json")).TextAsync();

        var result = await new JsonWebTokenHandler().ValidateTokenAsync(tokens.AccessToken, new()
        {
            IssuerSigningKeys = new JsonWebKeySet(text).GetSigningKeys(),
            ValidAlgorithms = [app.Algorithm],
            ValidTypes = ["at+jwt"],
            ValidIssuer = CortexApp.Issuer,
            ValidAudience = CortexApp.Audience,
        });

        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal(user.Id.ToString(), result.Claims["sub"]);
    }

    [Fact]
    public async Task Introspection_and_forward_auth_take_it()
    {
        var (_, tokens, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http, "introspect");

        await (await http.FetchAsync("/api/v1/auth/verify")).ShouldBeAsync(HttpStatusCode.NoContent);
        var known = await (await app.WithKey(key).PostFormAsync("/api/v1/auth/introspect", ("token", tokens.AccessToken))).JsonAsync(HttpStatusCode.OK);

        Assert.True(known.GetProperty("active").GetBoolean());
    }

    [Fact]
    public async Task Sixteen_at_once_get_valid_tokens()
    {
        var (_, tokens, _) = await app.SignUpAsync();
        var key = Assert.Single(await app.KeySetAsync());

        var made = await Concurrently.RunAsync(16, async _ => await app.SignUpAsync());
        var statuses = await Concurrently.StatusesAsync(16, index => made[index].Http.FetchAsync(Me));

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.All(made, one => Assert.True(Jwt.IsSignedBy(one.Tokens.AccessToken, key)));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NoNe")]
    [InlineData("")]
    [InlineData("own")]
    public async Task A_token_without_a_signature_is_refused(string algorithm)
    {
        var (header, payload) = await GenuineAsync();
        header["alg"] = algorithm == "own" ? app.Algorithm : algorithm;

        await ShouldBeRefusedAsync(Jwt.Unsigned(header, payload));
    }

    /// <remarks>The classic algorithm confusion attack: the public key is used as an HMAC secret.</remarks>
    [Fact]
    public async Task HS256_with_the_public_key_is_refused()
    {
        var (header, payload) = await GenuineAsync();
        var key = Assert.Single(await app.KeySetAsync());
        var member = key.GetProperty(IsElliptic ? "x" : "n").GetString()!;
        header["alg"] = "HS256";

        foreach (var secret in new[] { key.GetRawText(), member, Pem(key), Pem(key) + "\n", CortexApp.JwtSecret, CortexApp.SecretKey })
        {
            await ShouldBeRefusedAsync(Jwt.Sign(header, payload, secret));
        }

        await ShouldBeRefusedAsync(Jwt.Sign(header, payload, signed => HMACSHA256.HashData(Base64Url.DecodeFromChars(member), signed)));
    }

    [Fact]
    public async Task A_token_under_JWT_SECRET_KEY_is_refused()
    {
        var (_, payload) = await GenuineAsync();

        await ShouldBeRefusedAsync(Jwt.Sign(new JsonObject { ["alg"] = "HS256", ["typ"] = "at+jwt" }, payload));
    }

    [Fact]
    public async Task A_foreign_key_is_refused_under_its_own_name_and_under_ours()
    {
        var (header, payload) = await GenuineAsync();
        using var elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        byte[] Sign(byte[] signed) =>
            IsElliptic ? elliptic.SignData(signed, HashAlgorithmName.SHA256) : rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        await ShouldBeRefusedAsync(Jwt.Sign(header, payload, Sign));
        header["jwk"] = JsonNode.Parse(
            JsonSerializer.Serialize(JsonWebKeyConverter.ConvertFromSecurityKey(IsElliptic ? new ECDsaSecurityKey(elliptic) : new RsaSecurityKey(rsa))));
        await ShouldBeRefusedAsync(Jwt.Sign(header, payload, Sign));
        foreach (var kid in new[] { "\"foreign\"", "\"../../dev/null\"", "\"' OR 1=1--\"", "\"\"", "null", "7", "[]" })
        {
            header["kid"] = JsonNode.Parse(kid);
            await ShouldBeRefusedAsync(Jwt.Sign(header, payload, Sign));
        }
    }

    [Fact]
    public async Task A_valid_token_whose_header_lost_its_key_id_is_refused()
    {
        var (header, payload) = await GenuineAsync();
        header.Remove("kid");

        await ShouldBeRefusedAsync(Jwt.Unsigned(header, payload) + "AAAA");
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
        header["kid"] = "foreign";

        await ShouldBeRefusedAsync(Jwt.Sign(header, payload, signed => new byte[64]));

        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task The_private_key_is_encrypted_and_not_in_the_log()
    {
        var (_, tokens, _) = await app.SignUpAsync();
        var stored = (string)(await app.SqlAsync("SELECT private_key FROM signing_keys"))!;
        var row = (string)(await app.SqlAsync("SELECT row_to_json(signing_keys)::text FROM signing_keys"))!;

        Assert.StartsWith("enc:v1:", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", row, StringComparison.Ordinal);
        Assert.DoesNotContain("\"d\"", row, StringComparison.Ordinal);

        // The first bytes of the PKCS#8 form of either kind of key.
        Assert.DoesNotContain(IsElliptic ? "MIGHAgEA" : "MIIE", row + app.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(stored, app.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(tokens.AccessToken, app.Log, StringComparison.Ordinal);
        Assert.Contains(KeyPairApp.KeyIdOf(tokens), app.Log, StringComparison.Ordinal);
    }

    private static string Pem(JsonElement key)
    {
        byte[] Bytes(string member) => Base64Url.DecodeFromChars(key.GetProperty(member).GetString());
        using AsymmetricAlgorithm pair = key.GetProperty("kty").GetString() == "EC"
            ? ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = Bytes("x"), Y = Bytes("y") } })
            : RSA.Create(new RSAParameters { Modulus = Bytes("n"), Exponent = Bytes("e") });
        return pair.ExportSubjectPublicKeyInfoPem();
    }

    private async Task<(JsonObject Header, JsonObject Payload)> GenuineAsync() => Jwt.Read((await app.SignUpAsync()).Tokens.AccessToken);

    private async Task ShouldBeRefusedAsync(string token) => await (await app.WithToken(token).FetchAsync(Me)).ShouldBeProblemAsync(401, "invalid_token");
}
