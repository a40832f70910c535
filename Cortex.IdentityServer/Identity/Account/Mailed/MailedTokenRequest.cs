using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>A token that was mailed.</summary>
internal sealed record MailedTokenRequest : IRequestBody, IExample<MailedTokenRequest>
{
    /// <summary>From the link in the mail: its <c>token</c> parameter.</summary>
    [Required]
    [MaxLength(512)]
    public string Token { get; init; } = "";

    public static MailedTokenRequest Example => new() { Token = "cve_AZrW0tq7c0OQv2b7pM1xTA…" };
}
