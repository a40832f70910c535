using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Frontend;

/// <summary>What a web frontend has to know before somebody logs in.</summary>
/// <param name="Version">The version of the server.</param>
/// <param name="Registration"><c>open</c> if anyone can create an account; <c>closed</c> otherwise.</param>
/// <param name="RequireVerifiedEmail">Whether users have to verify their email address before they can log in.</param>
/// <param name="Password">The permitted lengths of a password. Common passwords are refused too.</param>
/// <param name="Passkeys">Whether browsers offer passkeys at the server's public address.</param>
/// <param name="Billing">Whether subscriptions can be bought.</param>
/// <param name="Tiers">The subscription tiers: the built-in ones in ascending order, followed by those that the operator added.</param>
/// <param name="QuotasEnforced">Whether requests beyond a quota are refused. Otherwise, the owner is only notified.</param>
/// <param name="TierLimits">What each tier allows, in the same order.</param>
/// <param name="ApiKeyScopes">
/// The scopes that can be chosen for an API key; null if any can. <c>usage:write</c> isn't listed, because it requires a role.
/// </param>
internal sealed record ConfigResponse(
    string Version,
    string Registration,
    bool RequireVerifiedEmail,
    PasswordLengths Password,
    bool Passkeys,
    bool Billing,
    IReadOnlyList<string> Tiers,
    bool QuotasEnforced,
    IReadOnlyList<TierLimits> TierLimits,
    IReadOnlyList<string>? ApiKeyScopes) : IExample<ConfigResponse>
{
    public static ConfigResponse Example => new(
        "1.0.0",
        "open",
        RequireVerifiedEmail: false,
        new(8, 256),
        Passkeys: true,
        Billing: true,
        [User.FreeTier, "pro", "enterprise"],
        QuotasEnforced: false,
        [new(User.FreeTier, 60, new() { Requests = 1000, CostUsd = 1.5m }), new("pro", 600, new() { Requests = 100_000 }), new("enterprise", 6000, null)],
        null);
}
