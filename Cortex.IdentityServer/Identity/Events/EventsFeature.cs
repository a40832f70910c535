namespace Cortex.IdentityServer.Identity.Events;

/// <summary>Changes of accounts, with their audit events and notices.</summary>
internal static class EventsFeature
{
    public static IServiceCollection AddEvents(this IServiceCollection services) => services.AddScoped<AccountChanges>();
}
