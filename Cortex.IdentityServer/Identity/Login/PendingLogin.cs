using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>A login whose first step is complete.</summary>
internal sealed record PendingLogin(User User, TwoFactorChallenge Challenge);
