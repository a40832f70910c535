namespace Cortex.IdentityServer.Features.Admin.Statistics;

/// <summary>The figures of one day.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="SignUps">The number of accounts that were created in any way, including those that have been deleted since.</param>
/// <param name="Logins">The number of successful logins.</param>
/// <param name="LoginFailures">The number of failed logins.</param>
/// <param name="ActiveUsers">The number of users who logged in, or whose session or API key was used.</param>
internal sealed record DayStatistics(DateOnly Day, long SignUps, long Logins, long LoginFailures, long ActiveUsers);
