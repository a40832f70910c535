using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Account;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Registers and maps the reports, lists, and exports of usage.</summary>
internal static class ReportsFeature
{
    public static IServiceCollection AddReports(this IServiceCollection services) => services
        .AddJson<ReportsJson>()
        .AddLimits(UsageLimits.PerAddress, UsageLimits.PerUser)
        .AddSingleton<GroupNames>()
        .AddSingleton<UsageReport>()
        .AddSingleton<ReportAnswer>()
        .AddSingleton<EventPages>()
        .AddSingleton<CallerRights>()
        .AddSingleton<EventExport>()
        .AddScoped<IUsageExport, UsageExport>();

    public static void MapReports(this IEndpointRouteBuilder usage)
    {
        var reports = usage.MapGroup("/").RequireAuthorization(Policies.SessionOrKey).LimitedBy(UsageLimits.PerAddress, UsageLimits.PerUser);
        reports.MapGet("/", ReportEndpoints.ReadUsage).WithMetadata(new AlternativeMediaType(Csv.MediaType)).WithRefusals(Problems.ValidationFailed);
        reports.MapGet("/events", ReportEndpoints.ListUsageEvents)
            .WithMetadata(new AlternativeMediaType(Csv.MediaType), new AlternativeMediaType(Ndjson.MediaType, nameof(UsageEventResponse)))
            .WithRefusals(Problems.ValidationFailed);
    }
}
