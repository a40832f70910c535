namespace Cortex.IdentityServer.Identity.Users;

/// <summary>Who owns an account, and where they are told of what happens to it.</summary>
internal readonly record struct AccountOwner(Guid Id, string Email);
