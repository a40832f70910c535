using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account;

namespace Cortex.IdentityServer.Features.Billing.Events;

/// <summary>Registers what administrators see and do with billing events. Administration maps the routes.</summary>
internal static class EventsFeature
{
    public static IServiceCollection AddBillingEvents(this IServiceCollection services) => services
        .AddJson<EventsJson>()
        .AddSingleton<BillingEvents>()
        .AddScoped<EventAdministration>()
        .AddScoped<IBillingExport, BillingExport>();
}
