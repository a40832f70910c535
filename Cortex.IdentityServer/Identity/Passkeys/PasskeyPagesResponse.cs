using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The pages for passkeys.</summary>
/// <param name="Enroll">The page for creating a passkey.</param>
/// <param name="Manage">The page for managing passkeys.</param>
internal sealed record PasskeyPagesResponse(string Enroll, string Manage) : IExample<PasskeyPagesResponse>
{
    public static PasskeyPagesResponse Example => new($"{ExampleValues.Issuer}/account/security", $"{ExampleValues.Issuer}/account/security");
}
