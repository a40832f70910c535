using Cortex.IdentityServer.ApiKeys;
using Cortex.IdentityServer.Audit;
using Cortex.IdentityServer.Passkeys;

namespace Cortex.IdentityServer.Accounts;

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

/// <summary>A login.</summary>
/// <param name="Id">Names it.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="LastUsedAt">When it was last used.</param>
/// <param name="EndedAt">When it was ended; null where it wasn't.</param>
/// <param name="Methods">How the user authenticated (RFC 8176).</param>
/// <param name="Ip">The IP address from which it was started.</param>
/// <param name="UserAgent">The user agent with which it was started.</param>
internal sealed record ExportedSession(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset? EndedAt, string[] Methods, string? Ip, string? UserAgent);

/// <summary>An address from which the user logged in.</summary>
/// <param name="Network">An IPv4 address, or the /64 of an IPv6 one.</param>
/// <param name="LastLoginAt">When they last did.</param>
internal sealed record ExportedLoginAddress(string Network, DateTimeOffset LastLoginAt);

/// <summary>A request that was made with an API key.</summary>
/// <param name="Endpoint">What was asked for.</param>
/// <param name="ApiKeyId">The API key; null if it no longer exists.</param>
/// <param name="TokensUsed">How much it used.</param>
/// <param name="CostUsd">What it cost, in US dollars.</param>
/// <param name="Provider">The provider that did the work.</param>
/// <param name="ResponseTimeMs">How long it took, in milliseconds.</param>
/// <param name="StatusCode">How it ended.</param>
/// <param name="ErrorMessage">What went wrong.</param>
/// <param name="CreatedAt">When it was.</param>
internal sealed record ExportedUsage(
    string Endpoint,
    Guid? ApiKeyId,
    int? TokensUsed,
    decimal? CostUsd,
    string? Provider,
    int? ResponseTimeMs,
    int? StatusCode,
    string? ErrorMessage,
    DateTimeOffset? CreatedAt);

/// <summary>An event that the payment provider reported.</summary>
/// <param name="EventType">What happened.</param>
/// <param name="Data">What was reported, unchanged.</param>
/// <param name="CreatedAt">When it came.</param>
internal sealed record ExportedBillingEvent(string EventType, string? Data, DateTimeOffset? CreatedAt);
