namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>One of two routes with the same path: the one for requests whose only credential is the refresh cookie, or the one for all others.</summary>
/// <remarks>So the cookie opens nothing but the route that is written for it, and the other goes through its policy as ever.</remarks>
internal sealed record CookieAlone(bool IsWanted);
