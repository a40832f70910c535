using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>The services that store users' credentials, each of which exports its own data.</summary>
internal sealed record CredentialExport(
    SessionService Sessions, LoginAddresses Addresses, ApiKeyService Keys, UserPasskeys Passkeys, SecondFactor SecondFactor);
