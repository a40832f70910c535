using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Http;

namespace Cortex.IdentityServer.Login;

/// <summary>The credentials of a login: email and password, with the second factor if it is already known to be needed.</summary>
internal sealed record LoginRequest : IRequestBody
{
    /// <summary>In any case.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string Email { get; init; } = "";

    /// <summary>Exactly as it was set.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string Password { get; init; } = "";

    /// <summary>Six digits from the authenticator app. If it is left out, the challenge can be answered in a second step.</summary>
    [MaxLength(64)]
    public string? TwoFactorCode { get; init; }

    /// <summary>A recovery code in place of the app's code.</summary>
    [MaxLength(64)]
    public string? RecoveryCode { get; init; }
}

/// <summary>The second factor of a login that has proved the password.</summary>
internal sealed record TwoFactorLoginRequest : IRequestBody
{
    /// <summary>From the problem <c>two_factor_required</c>; good for five minutes and one login.</summary>
    [Required]
    [MaxLength(512)]
    public string TwoFactorToken { get; init; } = "";

    /// <summary>Six digits from the authenticator app.</summary>
    [MaxLength(64)]
    public string? Code { get; init; }

    /// <summary>A recovery code in place of the app's code.</summary>
    [MaxLength(64)]
    public string? RecoveryCode { get; init; }
}

/// <summary>The caller's password once more and, where they have one, their second factor.</summary>
internal sealed record ReauthenticateRequest : IRequestBody
{
    /// <summary>The caller's password.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string Password { get; init; } = "";

    /// <summary>Six digits from the authenticator app, if two-factor authentication is on.</summary>
    [MaxLength(64)]
    public string? TwoFactorCode { get; init; }

    /// <summary>A recovery code in place of the app's code.</summary>
    [MaxLength(64)]
    public string? RecoveryCode { get; init; }
}
