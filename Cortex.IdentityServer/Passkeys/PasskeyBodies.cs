using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cortex.IdentityServer.Http;

namespace Cortex.IdentityServer.Passkeys;

/// <summary>The options for the browser's authenticators.</summary>
/// <param name="PasskeyToken">Must be sent back with the answer; valid for one answer within five minutes.</param>
/// <param name="Options">For <c>PublicKeyCredential.parseCreationOptionsFromJSON()</c>, or <c>parseRequestOptionsFromJSON()</c> at a login.</param>
internal sealed record PasskeyOptionsResponse(string PasskeyToken, JsonElement Options)
{
    /// <summary>Whether they name no passkey that may answer.</summary>
    [JsonIgnore]
    public bool AllowsNone => Options.TryGetProperty("allowCredentials", out var allowed) && allowed.GetArrayLength() == 0;
}

/// <summary>An authenticator's answer.</summary>
internal sealed record PasskeyAnswer(string Token, JsonElement Credential);

/// <summary>A passkey to be registered.</summary>
internal sealed record RegisterPasskeyRequest : IRequestBody
{
    /// <summary>From /passkeys/options.</summary>
    [Required]
    [MaxLength(512)]
    public string PasskeyToken { get; init; } = "";

    /// <summary>What <c>navigator.credentials.create()</c> gave, by its <c>toJSON()</c>.</summary>
    [Credential]
    public JsonElement Credential { get; init; }

    /// <summary>A name for the passkey; today's date by default.</summary>
    [PlainText]
    [MaxLength(PasskeyConfiguration.NameLength)]
    public string? Name { get; init; }
}

/// <summary>Another name for a passkey.</summary>
internal sealed record RenamePasskeyRequest : IRequestBody
{
    /// <summary>How its owner calls it.</summary>
    [Required]
    [PlainText]
    [MaxLength(PasskeyConfiguration.NameLength)]
    public string Name { get; init; } = "";
}

/// <summary>A passkey; the server stores only its public key.</summary>
/// <param name="Id">Its id, for renaming or removing it.</param>
/// <param name="Name">The name that its owner gave it.</param>
/// <param name="CreatedAt">When it was registered.</param>
/// <param name="LastUsedAt">When it was last used to log in; null for never.</param>
/// <param name="IsBackedUp">Whether it is backed up, for example in a cloud account, and so may be on more than one device.</param>
/// <param name="Transports">How its authenticator can be reached: <c>internal</c>, <c>hybrid</c>, <c>usb</c>, <c>nfc</c>, <c>ble</c> …</param>
internal sealed record PasskeyResponse(Guid Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, bool IsBackedUp, string[] Transports)
{
    public static readonly Expression<Func<Passkey, PasskeyResponse>> FromPasskey = passkey =>
        new PasskeyResponse(passkey.Id, passkey.Name, passkey.CreatedAt, passkey.LastUsedAt, passkey.IsBackedUp, passkey.Transports);
}

/// <summary>No fields: the passkey's answer tells who logs in.</summary>
internal sealed record PasskeyLoginOptionsRequest : IRequestBody;

/// <summary>A login by a passkey alone.</summary>
internal sealed record PasskeyLoginRequest : IRequestBody
{
    /// <summary>From /login/passkey/options.</summary>
    [Required]
    [MaxLength(512)]
    public string PasskeyToken { get; init; } = "";

    /// <summary>What <c>navigator.credentials.get()</c> gave, by its <c>toJSON()</c>.</summary>
    [Credential]
    public JsonElement Credential { get; init; }
}

/// <summary>A login that is to be finished with a passkey.</summary>
internal sealed record PasskeySecondFactorOptionsRequest : IRequestBody
{
    /// <summary>From the problem <c>two_factor_required</c>.</summary>
    [Required]
    [MaxLength(512)]
    public string TwoFactorToken { get; init; } = "";
}

/// <summary>A passkey as the second factor of a login.</summary>
internal sealed record PasskeySecondFactorRequest : IRequestBody
{
    /// <summary>From the problem <c>two_factor_required</c>; good for five minutes and one login.</summary>
    [Required]
    [MaxLength(512)]
    public string TwoFactorToken { get; init; } = "";

    /// <summary>From /login/2fa/passkey/options.</summary>
    [Required]
    [MaxLength(512)]
    public string PasskeyToken { get; init; } = "";

    /// <summary>What <c>navigator.credentials.get()</c> gave, by its <c>toJSON()</c>.</summary>
    [Credential]
    public JsonElement Credential { get; init; }
}

/// <summary>An object; what is in it is WebAuthn's business.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CredentialAttribute() : ValidationAttribute("must be the JSON object that the browser returned for the credential")
{
    public override bool IsValid(object? value) => value is JsonElement { ValueKind: JsonValueKind.Object };
}
