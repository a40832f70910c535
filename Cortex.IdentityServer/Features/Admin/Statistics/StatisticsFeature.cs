using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Statistics;

/// <summary>Registers and maps the statistics of accounts, sign-ups, and logins.</summary>
internal static class StatisticsFeature
{
    public static IServiceCollection AddStatistics(this IServiceCollection services) => services
        .AddJson<StatisticsJson>()
        .AddSingleton<StatisticsReader>()
        .AddHostedService<StatisticsRollup>();

    public static void MapStatistics(this IEndpointRouteBuilder admin) =>
        admin.MapGet("/stats", StatisticsEndpoint.ReadStatistics).RequireAuthorization(Policies.Support).WithRefusals(Problems.ValidationFailed);
}
