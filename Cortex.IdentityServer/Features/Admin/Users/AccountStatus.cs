namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The state of an account that the staff needs to help its owner: lockouts, credentials, and sessions.</summary>
/// <param name="LockedUntil">The time until which passwords are rejected from at least one network; null if they are checked.</param>
/// <param name="LoginFailures">The number of wrong passwords that count toward that lockout, from all networks.</param>
/// <param name="TwoFactorLockedUntil">The time until which codes are rejected; null if they are checked.</param>
/// <param name="TwoFactorFailures">The number of wrong codes that count toward that lockout.</param>
/// <param name="Passkeys">The number of passkeys.</param>
/// <param name="ActiveSessions">The number of sessions that can still be used.</param>
/// <param name="ActiveApiKeys">The number of API keys that are neither revoked nor expired.</param>
/// <param name="LastLoginAt">The last login within a year; null if there was none.</param>
/// <param name="LoginBlocked">Whether unknown clients can no longer try passwords.</param>
/// <param name="TwoFactorBlocked">Whether unknown clients can no longer try codes.</param>
/// <param name="Quota">The quota that an administrator set for the user, as it is stored; null without one.</param>
internal sealed record AccountStatus(
    DateTimeOffset? LockedUntil,
    int LoginFailures,
    DateTimeOffset? TwoFactorLockedUntil,
    int TwoFactorFailures,
    int Passkeys,
    int ActiveSessions,
    int ActiveApiKeys,
    DateTimeOffset? LastLoginAt,
    bool LoginBlocked,
    bool TwoFactorBlocked,
    string? Quota);
