using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Statistics;

/// <summary>The number of accounts, and recent activity.</summary>
/// <param name="Users">The number of accounts.</param>
/// <param name="Active">The number of accounts that aren't disabled.</param>
/// <param name="Verified">The number of accounts whose email address is verified.</param>
/// <param name="TwoFactorEnabled">The number of accounts that need a second factor to log in.</param>
/// <param name="TwoFactorShare">The share of accounts with a second factor, 0 to 1, rounded to four decimals.</param>
/// <param name="ByTier">The number of accounts by subscription tier.</param>
/// <param name="Days">The figures of each day (UTC), oldest first.</param>
internal sealed record StatisticsResponse(
    long Users, long Active, long Verified, long TwoFactorEnabled, decimal TwoFactorShare, IReadOnlyDictionary<string, long> ByTier,
    IReadOnlyList<DayStatistics> Days) : IExample<StatisticsResponse>
{
    public static StatisticsResponse Example => new(
        1200,
        1180,
        1024,
        300,
        0.25m,
        new Dictionary<string, long> { [User.FreeTier] = 1000, ["pro"] = 180, ["enterprise"] = 20 },
        [new(new(2026, 11, 23), 14, 631, 22, 410), new(new(2026, 11, 24), 9, 280, 7, 251)]);
}
