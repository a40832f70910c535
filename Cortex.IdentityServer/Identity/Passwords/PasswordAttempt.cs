using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>An attempt to prove the password of an account.</summary>
/// <param name="Email">The email, as the user entered it.</param>
/// <param name="Password">The password, as the user entered it.</param>
/// <param name="Origin">The origin of the request.</param>
/// <param name="NewPassword">The password to hash instead if the attempt succeeds.</param>
internal sealed record PasswordAttempt(string Email, string Password, RequestOrigin Origin, string? NewPassword = null);
