using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>Whose password is being tried.</summary>
/// <param name="Count">What the failures are counted under (<see cref="AccountByEmail.LoginCount"/>); without a user, the folded email.</param>
/// <param name="User">Null when nobody has this email.</param>
/// <param name="IsKnown">Whether this user logged in from this network lately.</param>
/// <param name="Costliest">What a wrong password has to cost.</param>
internal sealed record LoginAccount(string Count, User? User, bool IsKnown, CostliestHash Costliest);
