using System.ComponentModel;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Admin.Statistics;

/// <summary>The route that reports account and login figures.</summary>
internal static class StatisticsEndpoint
{
    private const int MaxDays = 366;
    private const int DefaultDays = 30;

    /// <summary>Count accounts, sign-ups, and logins</summary>
    /// <remarks>Returns the current figures by day (UTC), without gaps. Active users are counted within seconds, everything else immediately.</remarks>
    internal static async Task<Results<Ok<StatisticsResponse>, Problem>> ReadStatistics(
        [FromQuery, Description("The number of days, including today: 1 to 366; 30 by default.")][NumberValue(1, MaxDays, DefaultDays)] string? days,
        StatisticsReader statistics,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var query = new QueryReader();
        var count = query.ReadNumber("days", days, 1, MaxDays, DefaultDays);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        return query.Refusal is { } refusal
            ? refusal.ToProblem()
            : TypedResults.Ok(await statistics.ReadAsync(today.AddDays(1 - count), today, cancellationToken));
    }
}
