using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Frontend;

/// <summary>What a subscription tier allows.</summary>
/// <param name="Tier">The name of the tier.</param>
/// <param name="RequestsPerMinute">The rate limit of a user's API keys, all keys together.</param>
/// <param name="Quota">The tier's quota for a billing period; null without one. An administrator may have set another one for a user.</param>
internal sealed record TierLimits(string Tier, int RequestsPerMinute, QuotaBody? Quota);
