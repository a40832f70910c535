using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Everything that the server holds about a user, without secrets.</summary>
/// <param name="ExportedAt">When this was true.</param>
/// <param name="Account">The account.</param>
/// <param name="Roles">What the user may do beyond their own account.</param>
/// <param name="Sessions">Sessions, including those that ended recently.</param>
/// <param name="LoginAddresses">Addresses from which the user logged in recently.</param>
/// <param name="ApiKeys">API keys, without the keys.</param>
/// <param name="Passkeys">Passkeys, without their keys.</param>
/// <param name="RecoveryCodesLeft">How many recovery codes are left.</param>
/// <param name="Usage">Requests made with API keys.</param>
/// <param name="BillingEvents">What the payment provider reported.</param>
/// <param name="Events">What happened to the account.</param>
internal sealed record AccountExport(
    DateTimeOffset ExportedAt,
    UserResponse Account,
    IReadOnlyList<string> Roles,
    IAsyncEnumerable<ExportedSession> Sessions,
    IAsyncEnumerable<ExportedLoginAddress> LoginAddresses,
    IAsyncEnumerable<ApiKeyResponse> ApiKeys,
    IReadOnlyList<PasskeyResponse> Passkeys,
    int RecoveryCodesLeft,
    IAsyncEnumerable<ExportedUsage> Usage,
    IReadOnlyList<ExportedBillingEvent> BillingEvents,
    IAsyncEnumerable<AuditEventResponse> Events);
