using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>Creates and reads key pairs for ES256 (P-256) and RS256 (2048 bits).</summary>
/// <remarks>
/// The database stores the public key as the JWK that services fetch, and the private key as base64 of its PKCS#8 form. A key's id is its RFC 7638 thumbprint,
/// so ids are unique and never reused.
/// </remarks>
internal static class SigningKeyFormat
{
    private const int RsaBits = 2048;

    public static (PublicJwk Public, string Private) New(string algorithm)
    {
        using AsymmetricAlgorithm pair = algorithm == SecurityAlgorithms.EcdsaSha256 ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(RsaBits);
        SecurityKey key = pair is ECDsa elliptic ? new ECDsaSecurityKey(elliptic) : new RsaSecurityKey((RSA)pair);
        var jwk = JsonWebKeyConverter.ConvertFromSecurityKey(key);
        var publicHalf = new PublicJwk
        {
            Kty = jwk.Kty,
            Use = "sig",
            Alg = algorithm,
            Kid = Base64Url.EncodeToString(jwk.ComputeJwkThumbprint()),
            Crv = jwk.Crv,
            X = jwk.X,
            Y = jwk.Y,
            N = jwk.N,
            E = jwk.E,
        };
        return (publicHalf, Convert.ToBase64String(pair.ExportPkcs8PrivateKey()));
    }

    public static SigningCredentials ReadPrivate(string pkcs8, string algorithm, string kid)
    {
        var bytes = Convert.FromBase64String(pkcs8);
        if (algorithm == SecurityAlgorithms.EcdsaSha256)
        {
            var elliptic = ECDsa.Create();
            elliptic.ImportPkcs8PrivateKey(bytes, out _);
            return new(new ECDsaSecurityKey(elliptic) { KeyId = kid }, algorithm);
        }

        var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(bytes, out _);
        return new(new RsaSecurityKey(rsa) { KeyId = kid }, algorithm);
    }

    /// <summary>Returns null if the JSON isn't the public key with this id.</summary>
    public static (PublicJwk Jwk, SecurityKey Key)? ReadPublic(string json, string kid)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, SigningKeysJson.Default.PublicJwk) is not { } jwk)
            {
                return null;
            }

            var members = new JsonWebKey { Kty = jwk.Kty, Crv = jwk.Crv, X = jwk.X, Y = jwk.Y, N = jwk.N, E = jwk.E };
            return Base64Url.EncodeToString(members.ComputeJwkThumbprint()) == kid && JsonWebKeyConverter.TryConvertToSecurityKey(members, out var key)
                ? (jwk, key)
                : null;
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException or FormatException or CryptographicException)
        {
            return null;
        }
    }
}
