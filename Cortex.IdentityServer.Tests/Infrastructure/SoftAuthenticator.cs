using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>The ways in which an authenticator's response is manipulated; by default, in none.</summary>
internal sealed record Tampering
{
    public string? Origin { get; init; }

    public string? RpId { get; init; }

    public string? Type { get; init; }

    public string? Challenge { get; init; }

    public string? UserHandle { get; init; }

    public string[]? Transports { get; init; }

    /// <summary>Changes the JSON of the credential.</summary>
    public Action<JsonObject>? Members { get; init; }

    public bool CrossOrigin { get; init; }

    public bool IsUserAbsent { get; init; }

    public bool IsSignatureTampered { get; init; }
}

/// <summary>An authenticator with one resident ES256 key, and its browser: a WebAuthn implementation that is independent of the server's own code.</summary>
internal sealed class SoftAuthenticator
{
    public const string Origin = CortexApp.Issuer;

    private const byte UserPresent = 0x01;
    private const byte UserVerified = 0x04;
    private const byte BackupEligible = 0x08;
    private const byte BackedUp = 0x10;
    private const byte HasCredential = 0x40;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public byte[] CredentialId { get; init; } = RandomNumberGenerator.GetBytes(16);

    /// <summary>Whether it verifies its user, for example with a PIN.</summary>
    public bool VerifiesUser { get; set; } = true;

    /// <summary>Whether its key is backed up to a cloud.</summary>
    public bool SyncsKeys { get; set; }

    /// <summary>The number of signatures so far, or always 0 without a counter.</summary>
    public uint SignCount { get; set; }

    public bool HasCounter { get; init; } = true;

    public string UserHandle { get; private set; } = "";

    /// <summary>Returns the result of <c>navigator.credentials.create()</c>.</summary>
    public JsonObject Create(JsonElement options, Tampering? tampering = null)
    {
        tampering ??= new();
        UserHandle = options.GetProperty("user").GetProperty("id").GetString()!;
        var parameters = _key.ExportParameters(includePrivateParameters: false);

        // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
        byte[] publicKey = [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32, .. parameters.Q.X!, 0x22, 0x58, 32, .. parameters.Q.Y!];
        byte[] credential = [.. new byte[16], (byte)(CredentialId.Length >> 8), (byte)CredentialId.Length, .. CredentialId, .. publicKey];
        byte[] authenticatorData = [.. AuthenticatorData(options.GetProperty("rp").GetProperty("id").GetString()!, HasCredential, tampering), .. credential];

        // {"fmt": "none", "attStmt": {}, "authData": h'…'}
        byte[] attestation =
        [
            0xA3, .. Text("fmt"), .. Text("none"), .. Text("attStmt"), 0xA0, .. Text("authData"), 0x59, (byte)(authenticatorData.Length >> 8),
            (byte)authenticatorData.Length, .. authenticatorData,
        ];
        return Credential(new()
        {
            ["clientDataJSON"] = Base64Url.EncodeToString(ClientData("webauthn.create", options, tampering)),
            ["attestationObject"] = Base64Url.EncodeToString(attestation),
            ["transports"] = new JsonArray([.. (tampering.Transports ?? ["internal", "hybrid"]).Select(transport => JsonValue.Create(transport))]),
        }, tampering);
    }

    /// <summary>Returns the result of <c>navigator.credentials.get()</c>.</summary>
    public JsonObject Get(JsonElement options, Tampering? tampering = null)
    {
        tampering ??= new();
        SignCount += HasCounter ? 1u : 0u;
        var authenticatorData = AuthenticatorData(options.GetProperty("rpId").GetString()!, flags: 0, tampering);
        var clientData = ClientData("webauthn.get", options, tampering);
        var signature = _key.SignData([.. authenticatorData, .. SHA256.HashData(clientData)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        if (tampering.IsSignatureTampered)
        {
            signature[^1] ^= 1;
        }

        return Credential(new()
        {
            ["clientDataJSON"] = Base64Url.EncodeToString(clientData),
            ["authenticatorData"] = Base64Url.EncodeToString(authenticatorData),
            ["signature"] = Base64Url.EncodeToString(signature),
            ["userHandle"] = tampering.UserHandle ?? UserHandle,
        }, tampering);
    }

    private static byte[] Text(string text) => [(byte)(0x60 + text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static byte[] ClientData(string type, JsonElement options, Tampering tampering) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["type"] = tampering.Type ?? type,
        ["challenge"] = tampering.Challenge ?? options.GetProperty("challenge").GetString(),
        ["origin"] = tampering.Origin ?? Origin,
        ["crossOrigin"] = tampering.CrossOrigin,
    }.ToJsonString());

    private JsonObject Credential(JsonObject response, Tampering tampering)
    {
        var credential = new JsonObject
        {
            ["id"] = Base64Url.EncodeToString(CredentialId),
            ["rawId"] = Base64Url.EncodeToString(CredentialId),
            ["type"] = "public-key",
            ["authenticatorAttachment"] = "platform",
            ["clientExtensionResults"] = new JsonObject(),
            ["response"] = response,
        };
        tampering.Members?.Invoke(credential);
        return credential;
    }

    private byte[] AuthenticatorData(string rpId, byte flags, Tampering tampering)
    {
        var count = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(count, SignCount);
        flags |= (byte)((tampering.IsUserAbsent ? 0 : UserPresent) | (VerifiesUser ? UserVerified : 0) | (SyncsKeys ? BackupEligible | BackedUp : 0));
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(tampering.RpId ?? rpId)), flags, .. count];
    }
}
