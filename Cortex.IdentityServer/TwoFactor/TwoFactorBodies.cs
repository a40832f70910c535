using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Http;

namespace Cortex.IdentityServer.TwoFactor;

/// <summary>The start of two-factor authentication.</summary>
internal sealed record EnableTwoFactorRequest : IRequestBody
{
    /// <summary>Needed when the login is more than ten minutes old.</summary>
    [Password]
    public string? Password { get; init; }
}

/// <summary>What the authenticator app needs. Two-factor authentication is not on yet.</summary>
/// <param name="Secret">In base32, for typing it in.</param>
/// <param name="OtpauthUri">The same as a link.</param>
/// <param name="QrCode">The link as a picture, a <c>data:image/png;base64,…</c> URL.</param>
internal sealed record EnableTwoFactorResponse(string Secret, string OtpauthUri, string QrCode);

/// <summary>A code from the authenticator app.</summary>
internal sealed record TwoFactorCodeRequest : IRequestBody
{
    /// <summary>Six digits.</summary>
    [Required]
    [MaxLength(64)]
    public string Code { get; init; } = "";
}

/// <summary>What it takes to switch two-factor authentication off: the password and one of the two codes.</summary>
internal sealed record DisableTwoFactorRequest : IRequestBody
{
    /// <summary>The caller's password.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string Password { get; init; } = "";

    /// <summary>Six digits from the authenticator app.</summary>
    [MaxLength(64)]
    public string? Code { get; init; }

    /// <summary>A recovery code in place of the app's code.</summary>
    [MaxLength(64)]
    public string? RecoveryCode { get; init; }
}

/// <summary>Two-factor authentication is on.</summary>
/// <param name="TwoFactorEnabled">True.</param>
/// <param name="RecoveryCodes">Ten codes for when the app is lost. Each works once, and they aren't shown again.</param>
internal sealed record TwoFactorEnabledResponse(bool TwoFactorEnabled, IReadOnlyList<string> RecoveryCodes);

/// <summary>New recovery codes.</summary>
/// <param name="RecoveryCodes">Ten codes. Each works once, and they aren't shown again. The old ones are void.</param>
internal sealed record RecoveryCodesResponse(IReadOnlyList<string> RecoveryCodes);
