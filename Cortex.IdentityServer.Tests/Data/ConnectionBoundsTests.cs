using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

/// <remarks>While PostgreSQL is unreachable, requests fail with 503 within 5 seconds.</remarks>
public sealed class ConnectionBoundsTests
{
    [Fact]
    public async Task A_server_waits_for_its_database_no_longer_than_documented()
    {
        var bounds = await BoundsAsync("Host=db.example.com;Database=cortex");

        Assert.InRange(bounds.Timeout, 1, 4);
        Assert.InRange(bounds.CommandTimeout, 1, 5);
        Assert.Equal(40, bounds.MaxPoolSize);
        Assert.Equal("cortex-identity", bounds.ApplicationName);
    }

    [Fact]
    public async Task Limits_that_the_operator_sets_are_kept()
    {
        var bounds = await BoundsAsync("Host=db.example.com;Database=cortex;Timeout=15;Command Timeout=30;Maximum Pool Size=100;Application Name=mine");

        Assert.Equal((15, 30, 100, "mine"), (bounds.Timeout, bounds.CommandTimeout, bounds.MaxPoolSize, bounds.ApplicationName));
    }

    private static async Task<NpgsqlConnectionStringBuilder> BoundsAsync(string connectionString)
    {
        await using var services = new ServiceCollection().AddLogging().AddData(connectionString).BuildServiceProvider();
        return new(services.GetRequiredService<NpgsqlDataSource>().ConnectionString);
    }
}
