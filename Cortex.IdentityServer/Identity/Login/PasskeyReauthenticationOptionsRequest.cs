using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>A request without fields, because the session identifies the account.</summary>
internal sealed record PasskeyReauthenticationOptionsRequest : IRequestBody, IExample<PasskeyReauthenticationOptionsRequest>
{
    public static PasskeyReauthenticationOptionsRequest Example => new();
}
