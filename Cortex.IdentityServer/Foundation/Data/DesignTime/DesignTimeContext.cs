using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Cortex.IdentityServer.Foundation.Data.DesignTime;

/// <summary>A context for the tool, which must not start the server or its PostgreSQL. Only commands that touch a database use the address.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<CortexDbContext>
{
    public CortexDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<CortexDbContext>().UseNpgsql("Host=localhost;Database=cortex").Options);
}
