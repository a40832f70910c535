using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Features.Admin.Billing;

/// <summary>Registers and maps the administration of billing.</summary>
internal static class BillingAdministrationFeature
{
    public static IServiceCollection AddBillingAdministration(this IServiceCollection services) => services.AddScoped<BillingEventChanges>();

    public static void MapBillingAdministration(this IEndpointRouteBuilder admin)
    {
        admin.MapGet("/billing", BillingAdminEndpoints.ShowBilling).RequireAuthorization(Policies.Support);
        admin.MapGet("/billing/reconciliation", ReconciliationEndpoint.ReconcileUsage)
            .RequireAuthorization(Policies.Support)
            .WithRefusals(Problems.ValidationFailed);
        admin.MapGet("/billing-events", BillingAdminEndpoints.ListBillingEvents)
            .RequireAuthorization(Policies.Support)
            .WithRefusals(Problems.ValidationFailed);
        admin.MapGet("/billing-events/{id:guid}", BillingAdminEndpoints.GetBillingEvent)
            .RequireAuthorization(Policies.Support)
            .WithRefusals(Problems.NotFound);
        admin.MapPost("/billing-events/{id:guid}/replay", BillingAdminEndpoints.ReplayBillingEvent)
            .RequireAuthorization(Policies.Admin)
            .WithRefusals(Problems.NotFound);
        admin.MapPost("/billing-events/{id:guid}/assign", BillingAdminEndpoints.AssignBillingEvent)
            .RequireAuthorization(Policies.Admin)
            .RequireFreshAuthentication()
            .WithRefusals(Problems.NotFound);
        admin.MapGet("/billing/usage-events", UsageEventEndpoints.ListUnacceptedUsageEvents)
            .RequireAuthorization(Policies.Support)
            .WithRefusals(Problems.ValidationFailed);
        admin.MapPost("/billing/usage-events/{external_id}/retry", BillingAdminEndpoints.RetryUsageEvent)
            .RequireAuthorization(Policies.Admin)
            .WithRefusals(Problems.NotFound);
    }
}
