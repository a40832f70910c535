using System.Net;
using System.Text.Json;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A server that signs with key pairs of its own, as in Production without JWT_SECRET_KEY.</summary>
public abstract class KeyPairApp(PostgresCluster cluster, string algorithm) : CortexApp(cluster)
{
    public string Algorithm => algorithm;

    protected override IEnumerable<(string Name, string Value)> Settings => [("JWT_ALGORITHM", algorithm)];

    /// <summary>The keys that services are told of.</summary>
    public Task<JsonElement[]> KeySetAsync() => KeySetAsync(Anonymous());

    public static async Task<JsonElement[]> KeySetAsync(HttpClient http) =>
        [.. (await (await http.FetchAsync("/.well-known/jwks.json")).JsonAsync(HttpStatusCode.OK)).GetProperty("keys").EnumerateArray()];

    public static async Task<string[]> KeyIdsAsync(HttpClient http) => [.. (await KeySetAsync(http)).Select(key => key.GetProperty("kid").GetString()!)];

    /// <summary>The key that a token names.</summary>
    public static string KeyIdOf(Tokens tokens) => (string)Jwt.Read(tokens.AccessToken).Header["kid"]!;
}

/// <summary>One with ES256.</summary>
public sealed class Es256App(PostgresCluster cluster) : KeyPairApp(cluster, "ES256");

/// <summary>One with RS256.</summary>
public sealed class Rs256App(PostgresCluster cluster) : KeyPairApp(cluster, "RS256");
