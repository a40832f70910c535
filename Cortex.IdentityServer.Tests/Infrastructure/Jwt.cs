using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>JSON Web Tokens taken apart and forged, apart from the library that the server checks them with.</summary>
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

    private static JsonObject Decode(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
