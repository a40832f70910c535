namespace Cortex.IdentityServer.Identity.Users;

/// <summary>The owner of an account, and the email address that receives notices about it.</summary>
internal readonly record struct AccountOwner(Guid Id, string Email);
