using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>A passkey to be registered.</summary>
internal sealed record RegisterPasskeyRequest : IRequestBody
{
    /// <summary>From /passkeys/options.</summary>
    [Required]
    [MaxLength(512)]
    public string PasskeyToken { get; init; } = "";

    /// <summary>What <c>navigator.credentials.create()</c> gave, by its <c>toJSON()</c>.</summary>
    [Credential]
    public JsonElement Credential { get; init; }

    /// <summary>A name for the passkey; today's date by default.</summary>
    [PlainText]
    [MaxLength(PasskeyConfiguration.NameLength)]
    public string? Name { get; init; }
}
