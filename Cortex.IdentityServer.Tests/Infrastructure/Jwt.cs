using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Parses and forges JSON Web Tokens, independently of the library that the server validates them with.</summary>
internal static class Jwt
{
    public static (JsonObject Header, JsonObject Payload) Read(string token)
    {
        var parts = token.Split('.');
        Assert.Equal(3, parts.Length);
        return (Decode(parts[0]), Decode(parts[1]));
    }

    public static string Sign(JsonObject header, JsonObject payload, string secret = CortexApp.JwtSecret)
    {
        var signed = Encode(header) + "." + Encode(payload);
        return signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)));
    }

    public static string SignSha512(JsonObject header, JsonObject payload)
    {
        var signed = Encode(header) + "." + Encode(payload);
        return signed + "." + Base64Url.EncodeToString(HMACSHA512.HashData(Encoding.UTF8.GetBytes(CortexApp.JwtSecret), Encoding.ASCII.GetBytes(signed)));
    }

    public static string Unsigned(JsonObject header, JsonObject payload) => Encode(header) + "." + Encode(payload) + ".";

    /// <summary>Signs a token with any other algorithm.</summary>
    public static string Sign(JsonObject header, JsonObject payload, Func<byte[], byte[]> sign)
    {
        var signed = Encode(header) + "." + Encode(payload);
        return signed + "." + Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)));
    }

    /// <summary>Verifies a signature as a service with the key set would, using only the key's curve point or modulus.</summary>
    public static bool IsSignedBy(string token, JsonElement jwk)
    {
        var end = token.LastIndexOf('.');
        var (signed, signature) = (Encoding.ASCII.GetBytes(token[..end]), Base64Url.DecodeFromChars(token.AsSpan(end + 1)));
        if (jwk.GetProperty("kty").GetString() == "EC")
        {
            Assert.Equal("P-256", jwk.GetProperty("crv").GetString());
            using var elliptic = ECDsa.Create(
                new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = Bytes(jwk, "x"), Y = Bytes(jwk, "y") } });
            return elliptic.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        using var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(jwk, "n"), Exponent = Bytes(jwk, "e") });
        Assert.True(rsa.KeySize >= 2048);
        return rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>Computes the thumbprint of a key as RFC 7638 defines it.</summary>
    public static string Thumbprint(JsonElement jwk)
    {
        var members = jwk.GetProperty("kty").GetString() == "EC" ? new[] { "crv", "kty", "x", "y" } : ["e", "kty", "n"];
        var canonical = "{" + string.Join(',', members.Select(member => $"\"{member}\":\"{jwk.GetProperty(member).GetString()}\"")) + "}";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
    }

    private static byte[] Bytes(JsonElement jwk, string member) => Base64Url.DecodeFromChars(jwk.GetProperty(member).GetString());

    private static JsonObject Decode(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
