using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Registers the server's data access without the rest of the server.</summary>
internal static class DataServices
{
    public static IServiceCollection AddData(this IServiceCollection services, string connectionString) => services
        .AddData(new SettingsReader(new ConfigurationBuilder().Build(), isProduction: false, serves: true))
        .AddSingleton(new PostgresAddress(connectionString));
}
