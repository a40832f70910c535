using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Everything that the server stores about a user, except secrets.</summary>
/// <param name="ExportedAt">When the export was created.</param>
/// <param name="Account">The account.</param>
/// <param name="Roles">The user's roles.</param>
/// <param name="Sessions">Sessions, including those that ended recently.</param>
/// <param name="LoginAddresses">IP addresses from which the user recently logged in.</param>
/// <param name="ApiKeys">API keys, without the keys, including those that were revoked and that usage still refers to.</param>
/// <param name="Passkeys">Passkeys, without their keys.</param>
/// <param name="RecoveryCodesLeft">The number of unused recovery codes.</param>
/// <param name="Usage">Requests made with the user's API keys.</param>
/// <param name="BillingEvents">Events reported by the payment provider.</param>
/// <param name="Subscriptions">The user's subscriptions, as the payment provider last reported them.</param>
/// <param name="Events">The account's audit events.</param>
internal sealed record AccountExport(
    DateTimeOffset ExportedAt,
    UserResponse Account,
    IReadOnlyList<string> Roles,
    IAsyncEnumerable<ExportedSession> Sessions,
    IAsyncEnumerable<ExportedLoginAddress> LoginAddresses,
    IAsyncEnumerable<ExportedApiKey> ApiKeys,
    IReadOnlyList<PasskeyResponse> Passkeys,
    int RecoveryCodesLeft,
    IAsyncEnumerable<ExportedUsage> Usage,
    IReadOnlyList<ExportedBillingEvent> BillingEvents,
    IReadOnlyList<ExportedSubscription> Subscriptions,
    IAsyncEnumerable<AuditEventResponse> Events);
