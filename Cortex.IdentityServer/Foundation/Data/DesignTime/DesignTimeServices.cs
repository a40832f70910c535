using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Migrations.Design;

namespace Cortex.IdentityServer.Foundation.Data.DesignTime;

/// <summary>Makes <c>dotnet ef migrations …</c> read and write the top-level <c>Migrations/</c>, which the server compiles in.</summary>
internal sealed class DesignTimeServices : IDesignTimeServices
{
    public void ConfigureDesignTimeServices(IServiceCollection serviceCollection) =>
        serviceCollection.AddScoped<IMigrationsScaffolder, TopLevelMigrations>();
}
