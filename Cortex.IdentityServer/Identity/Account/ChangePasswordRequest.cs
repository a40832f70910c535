using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>A new password for the caller.</summary>
internal sealed record ChangePasswordRequest : IRequestBody, IExample<ChangePasswordRequest>
{
    /// <summary>The password as it is.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string CurrentPassword { get; init; } = "";

    /// <summary>8 to 256 characters of any kind; not a common one, not the email, not the current one.</summary>
    [Required(AllowEmptyStrings = true)]
    [Password]
    public string NewPassword { get; init; } = "";

    public static ChangePasswordRequest Example => new() { CurrentPassword = ExampleValues.Password, NewPassword = ExampleValues.NewPassword };
}
