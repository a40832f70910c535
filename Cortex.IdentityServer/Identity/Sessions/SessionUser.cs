namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>What an access token says about its user.</summary>
internal sealed record SessionUser(Guid Id, string Email, string Tier, string[] Roles);
