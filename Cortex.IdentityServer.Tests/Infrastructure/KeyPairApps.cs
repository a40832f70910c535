using System.Net;
using System.Text.Json;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A server that signs with its own key pairs, as in Production without JWT_SECRET_KEY.</summary>
public abstract class KeyPairApp(PostgresCluster cluster, string algorithm) : CortexApp(cluster)
{
    public string Algorithm => algorithm;

    protected override IEnumerable<(string Name, string Value)> Settings => [("JWT_ALGORITHM", algorithm)];

    /// <summary>Fetches the keys of the published key set.</summary>
    public Task<JsonElement[]> KeySetAsync() => KeySetAsync(Anonymous());

    public static async Task<JsonElement[]> KeySetAsync(HttpClient http) =>
        [.. (await (await http.FetchAsync("/.well-known/jwks.json")).JsonAsync(HttpStatusCode.OK)).GetProperty("keys").EnumerateArray()];

    public static async Task<string[]> KeyIdsAsync(HttpClient http) => [.. (await KeySetAsync(http)).Select(key => key.GetProperty("kid").GetString()!)];

    /// <summary>Returns the id of the key that signed an access token.</summary>
    public static string KeyIdOf(Tokens tokens) => (string)Jwt.Read(tokens.AccessToken).Header["kid"]!;
}

/// <summary>A server that signs with ES256.</summary>
public sealed class Es256App(PostgresCluster cluster) : KeyPairApp(cluster, "ES256");

/// <summary>A server that signs with RS256.</summary>
public sealed class Rs256App(PostgresCluster cluster) : KeyPairApp(cluster, "RS256");
