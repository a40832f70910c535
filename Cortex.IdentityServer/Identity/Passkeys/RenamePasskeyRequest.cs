using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Another name for a passkey.</summary>
internal sealed record RenamePasskeyRequest : IRequestBody
{
    /// <summary>How its owner calls it.</summary>
    [Required]
    [PlainText]
    [MaxLength(PasskeyConfiguration.NameLength)]
    public string Name { get; init; } = "";
}
