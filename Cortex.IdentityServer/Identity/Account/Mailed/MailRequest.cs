using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>A request for an email to an address.</summary>
internal sealed record MailRequest : IRequestBody, IExample<MailRequest>
{
    /// <summary>The account's email; letter case is ignored.</summary>
    [Required]
    [MaxLength(EmailAddress.MaxLength)]
    public string Email { get; init; } = "";

    public static MailRequest Example => new() { Email = ExampleValues.Email };
}
