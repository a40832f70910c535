using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Gauges;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>Registers the audit log and its endpoint.</summary>
internal static class AuditFeature
{
    public static IServiceCollection AddAudit(this IServiceCollection services, SettingsReader settings) => services
        .AddSingleton(AuditOptions.Read(settings))
        .AddJson<AuditJson>()
        .AddSingleton<IExpiryRule, AuditPartitions>()
        .AddGauges(AuditPartitions.Ahead)
        .AddScoped<AuditLog>()
        .AddScoped<AuditReader>();

    public static void MapAudit(this IEndpointRouteBuilder auth) =>
        auth.MapGet("/me/events", AuditEndpoints.ListEvents).WithTags("Account").RequireAuthorization(Policies.Session);
}
