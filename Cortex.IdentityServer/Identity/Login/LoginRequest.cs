using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>The credentials of a login: email and password, with the second factor if it is already known to be needed.</summary>
internal sealed record LoginRequest : IRequestBody, IExample<LoginRequest>
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
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? TwoFactorCode { get; init; }

    /// <summary>A recovery code in place of the app's code.</summary>
    [MaxLength(SecondFactorCode.MaxLength)]
    public string? RecoveryCode { get; init; }

    public static LoginRequest Example => new() { Email = ExampleValues.Email, Password = ExampleValues.Password };
}
