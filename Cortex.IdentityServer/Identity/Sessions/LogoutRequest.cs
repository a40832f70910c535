using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>No fields: the request ends the caller's session.</summary>
internal sealed record LogoutRequest : IRequestBody, IExample<LogoutRequest>
{
    public static LogoutRequest Example => new();
}
