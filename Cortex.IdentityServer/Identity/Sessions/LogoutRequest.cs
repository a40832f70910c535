using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>No fields: the session to end is the caller's.</summary>
internal sealed record LogoutRequest : IRequestBody, IExample<LogoutRequest>
{
    public static LogoutRequest Example => new();
}
