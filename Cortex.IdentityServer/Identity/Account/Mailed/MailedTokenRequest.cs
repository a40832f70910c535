using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>A token from an email.</summary>
internal sealed record MailedTokenRequest : IRequestBody, IExample<MailedTokenRequest>
{
    /// <summary>The <c>token</c> parameter of the link in the email.</summary>
    [Required]
    [MaxLength(512)]
    public string Token { get; init; } = "";

    public static MailedTokenRequest Example => new() { Token = "cve_AZrW0tq7c0OQv2b7pM1xTA…" };
}
