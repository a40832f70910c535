namespace Cortex.IdentityServer.Identity.Events;

/// <summary>Registers the services that change accounts, record audit events, and send notices.</summary>
internal static class EventsFeature
{
    public static IServiceCollection AddEvents(this IServiceCollection services) => services.AddScoped<AccountChanges>();
}
