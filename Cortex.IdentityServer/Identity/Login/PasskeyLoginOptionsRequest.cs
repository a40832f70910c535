using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>A request without fields, because the passkey identifies the account.</summary>
internal sealed record PasskeyLoginOptionsRequest : IRequestBody, IExample<PasskeyLoginOptionsRequest>
{
    public static PasskeyLoginOptionsRequest Example => new();
}
