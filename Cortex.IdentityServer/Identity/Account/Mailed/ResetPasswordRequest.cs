using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>A new password, set with a mailed token.</summary>
internal sealed record ResetPasswordRequest : IRequestBody, IExample<ResetPasswordRequest>
{
    /// <summary>From the link in the mail: its <c>token</c> parameter. Good for one hour (three days in an invitation), once.</summary>
    [Required]
    [MaxLength(512)]
    public string Token { get; init; } = "";

    /// <summary>8 to 256 characters of any kind; not a common one, and not the email.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string NewPassword { get; init; } = "";

    public static ResetPasswordRequest Example => new() { Token = "cpr_AZrW0tq7c0OQv2b7pM1xTA…", NewPassword = ExampleValues.NewPassword };
}
