using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Cortex.IdentityServer.Foundation.Data.DesignTime;

/// <summary>
/// Creates the context for <c>dotnet ef</c>, which must not start the server or its PostgreSQL. Only commands that use a database connect to this address.
/// </summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<CortexDbContext>
{
    public CortexDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<CortexDbContext>().UseNpgsql("Host=localhost;Database=cortex").Options);
}
