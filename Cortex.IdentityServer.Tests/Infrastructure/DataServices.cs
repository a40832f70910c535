using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>The server's access to a database, without the rest of it.</summary>
internal static class DataServices
{
    public static IServiceCollection AddData(this IServiceCollection services, string connectionString) => services
        .AddData(new SettingsReader(new ConfigurationBuilder().Build(), isProduction: false, serves: true))
        .AddSingleton(new PostgresAddress(connectionString));
}
