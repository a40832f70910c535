using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>No fields: the passkey's answer tells who logs in.</summary>
internal sealed record PasskeyLoginOptionsRequest : IRequestBody, IExample<PasskeyLoginOptionsRequest>
{
    public static PasskeyLoginOptionsRequest Example => new();
}
