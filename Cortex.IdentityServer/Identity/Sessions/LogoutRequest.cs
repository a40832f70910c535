using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>A request without fields, which ends the caller's session.</summary>
internal sealed record LogoutRequest : IRequestBody, IExample<LogoutRequest>
{
    public static LogoutRequest Example => new();
}
