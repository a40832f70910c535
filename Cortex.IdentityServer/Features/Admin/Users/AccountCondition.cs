namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>What keeps a person out of their account, and what is in use of it.</summary>
/// <param name="LockedUntil">Until when a password isn't looked at, from one network at least; null where it is.</param>
/// <param name="LoginFailures">Wrong passwords that count towards that, over all networks.</param>
/// <param name="TwoFactorLockedUntil">Until when no code is looked at; null where they are.</param>
/// <param name="TwoFactorFailures">Wrong codes that count towards that.</param>
/// <param name="Passkeys">How many there are.</param>
/// <param name="ActiveSessions">Those that can still be used.</param>
/// <param name="ActiveApiKeys">Those that work, as long as the account does.</param>
/// <param name="LastLoginAt">The last one within a year.</param>
/// <param name="LoginBlocked">Whether strangers may try no password any more.</param>
/// <param name="TwoFactorBlocked">Whether strangers may try no code any more.</param>
internal sealed record AccountCondition(
    DateTimeOffset? LockedUntil,
    int LoginFailures,
    DateTimeOffset? TwoFactorLockedUntil,
    int TwoFactorFailures,
    int Passkeys,
    int ActiveSessions,
    int ActiveApiKeys,
    DateTimeOffset? LastLoginAt,
    bool LoginBlocked,
    bool TwoFactorBlocked);
