using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>Somebody says that an account's password is this one.</summary>
/// <param name="Email">As typed.</param>
/// <param name="Password">As typed.</param>
/// <param name="Origin">Where from.</param>
/// <param name="NewPassword">What is to be hashed in its place if it is right.</param>
internal sealed record PasswordAttempt(string Email, string Password, RequestOrigin Origin, string? NewPassword = null);
