namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>The user's data in an access token.</summary>
internal sealed record SessionUser(Guid Id, string Email, string Tier, string[] Roles);
