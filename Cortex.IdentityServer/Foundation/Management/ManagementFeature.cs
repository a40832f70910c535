using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Management;

/// <summary>Registers the management listener, which serves <c>/metrics</c> and the health checks to those who run the server.</summary>
internal static class ManagementFeature
{
    public static IServiceCollection AddManagement(this IServiceCollection services, SettingsReader settings) =>
        settings.Serves ? services.AddSingleton<ManagementRequests>().AddHostedService<ManagementListener>() : services;
}
