using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>A change of the caller's password.</summary>
internal sealed record ChangePasswordRequest : IRequestBody, IExample<ChangePasswordRequest>
{
    /// <summary>The current password.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string CurrentPassword { get; init; } = "";

    /// <summary>The new password: 8 to 256 characters of any kind. It must not be a common password, the email, or the current password.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string NewPassword { get; init; } = "";

    public static ChangePasswordRequest Example => new() { CurrentPassword = ExampleValues.Password, NewPassword = ExampleValues.NewPassword };
}
