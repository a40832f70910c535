using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The new name of a passkey.</summary>
internal sealed record RenamePasskeyRequest : IRequestBody, IExample<RenamePasskeyRequest>
{
    /// <summary>The name that its owner gives it.</summary>
    [Required]
    [PlainText]
    [MaxLength(PasskeyConfiguration.NameLength)]
    public string Name { get; init; } = "";

    public static RenamePasskeyRequest Example => new() { Name = "Ada's old phone" };
}
