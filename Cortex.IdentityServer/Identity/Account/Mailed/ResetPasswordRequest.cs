using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>A new password, set with a token from an email.</summary>
internal sealed record ResetPasswordRequest : IRequestBody, IExample<ResetPasswordRequest>
{
    /// <summary>The <c>token</c> parameter of the link in the email. It is valid once, for one hour or, in an invitation, three days.</summary>
    [Required]
    [MaxLength(512)]
    public string Token { get; init; } = "";

    /// <summary>The password: 8 to 256 characters of any kind. It must not be a common password or the email.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string NewPassword { get; init; } = "";

    public static ResetPasswordRequest Example => new() { Token = "cpr_AZrW0tq7c0OQv2b7pM1xTA…", NewPassword = ExampleValues.NewPassword };
}
