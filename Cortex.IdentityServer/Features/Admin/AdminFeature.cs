using Cortex.IdentityServer.Features.Admin.Adjustments;
using Cortex.IdentityServer.Features.Admin.Billing;
using Cortex.IdentityServer.Features.Admin.Import;
using Cortex.IdentityServer.Features.Admin.Statistics;
using Cortex.IdentityServer.Features.Admin.Users;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>Registers and maps administration: users, import, usage, audit events, billing events, and statistics.</summary>
internal static class AdminFeature
{
    public static IServiceCollection AddAdmin(this IServiceCollection services) => services
        .AddJson<AdminJson>()
        .AddUserAdministration()
        .AddImport()
        .AddScoped<Adjustment>()
        .AddBillingAdministration()
        .AddLimits(AdminLimits.Admin)
        .AddStatistics();

    public static void MapAdmin(this IEndpointRouteBuilder api)
    {
        var admin = api.MapGroup("/api/v1/admin").ValidateBodies().WithTags("Administration").LimitedBy(AdminLimits.Admin, AdminLimits.Admin);
        admin.MapUserAdministration();
        admin.MapImport();
        admin.MapGet("/users/{id:guid}/usage", UsageAdminEndpoints.ReadUserUsage)
            .RequireAuthorization(Policies.Support)
            .WithMetadata(new AlternativeMediaType(Csv.MediaType))
            .WithRefusals(Problems.ValidationFailed, Problems.NotFound);
        admin.MapGet("/usage", UsageAdminEndpoints.ReadUsageOfAllUsers)
            .RequireAuthorization(Policies.Support)
            .WithMetadata(new AlternativeMediaType(Csv.MediaType))
            .WithRefusals(Problems.ValidationFailed);
        admin.MapPost("/users/{id:guid}/usage/adjustments", AdjustmentEndpoint.AdjustUsage)
            .RequireAuthorization(Policies.Admin)
            .RequireFreshAuthentication()
            .WithRefusals(Problems.NotFound);
        admin.MapGet("/audit-events", AuditAdminEndpoints.ListAuditEvents).RequireAuthorization(Policies.Support).WithRefusals(Problems.ValidationFailed);
        admin.MapBillingAdministration();
        admin.MapStatistics();
    }
}
