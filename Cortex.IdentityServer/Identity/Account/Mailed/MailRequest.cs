using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>Whose mail it is.</summary>
internal sealed record MailRequest : IRequestBody, IExample<MailRequest>
{
    /// <summary>In any case.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string Email { get; init; } = "";

    public static MailRequest Example => new() { Email = ExampleValues.Email };
}
