using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>The account whose password is being checked.</summary>
/// <param name="Count">
/// The key under which failures are counted (<see cref="AccountByEmail.LoginCount"/>), or the folded email if there is no such user.
/// </param>
/// <param name="User">The user, or null if no account has this email.</param>
/// <param name="IsKnown">Whether the user recently logged in from this network.</param>
/// <param name="Costliest">The work that a wrong password must take.</param>
internal sealed record LoginAccount(string Count, User? User, bool IsKnown, CostliestHash Costliest);
