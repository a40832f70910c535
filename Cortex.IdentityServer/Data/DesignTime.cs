using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Migrations.Design;

namespace Cortex.IdentityServer.Data;

/// <summary>Makes <c>dotnet ef migrations …</c> read and write the top-level <c>Migrations/</c>, which the server compiles in.</summary>
internal sealed class DesignTimeServices : IDesignTimeServices
{
    public void ConfigureDesignTimeServices(IServiceCollection serviceCollection) =>
        serviceCollection.AddScoped<IMigrationsScaffolder, TopLevelMigrations>();
}

/// <summary>EF's scaffolder with another folder: its own would put the model snapshot inside the server project.</summary>
internal sealed class TopLevelMigrations(MigrationsScaffolderDependencies dependencies) : MigrationsScaffolder(dependencies)
{
    protected override string GetDirectory(string projectDir, string? siblingFileName, string subnamespace) => Folder(projectDir);

    protected override string? TryGetProjectFile(string projectDir, string fileName) => base.TryGetProjectFile(Folder(projectDir), fileName);

    private static string Folder(string projectDir) => Path.GetFullPath(Path.Combine(projectDir, "..", "Migrations"));
}

/// <summary>A context for the tool, which must not start the server or its PostgreSQL. Only commands that touch a database use the address.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<CortexDbContext>
{
    public CortexDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<CortexDbContext>().UseNpgsql("Host=localhost;Database=cortex").Options);
}
