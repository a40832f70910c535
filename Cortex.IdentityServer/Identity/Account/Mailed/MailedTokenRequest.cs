using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>A token that was mailed.</summary>
internal sealed record MailedTokenRequest : IRequestBody
{
    /// <summary>From the link in the mail: its <c>token</c> parameter.</summary>
    [Required]
    [MaxLength(512)]
    public string Token { get; init; } = "";
}
