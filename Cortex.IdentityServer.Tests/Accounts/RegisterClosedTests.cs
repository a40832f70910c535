using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

public sealed class RegisterClosedTests(RegisterClosedTests.ClosedApp app) : IClassFixture<RegisterClosedTests.ClosedApp>
{
    [Fact]
    public async Task Registration_is_refused_when_it_is_closed()
    {
        await (await app.Anonymous().PostAsync("/api/v1/auth/register", new { email = app.NewEmail(), password = TestUser.DefaultPassword }))
            .ShouldBeProblemAsync(403, "forbidden");

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM users"));
    }

    /// <summary>A server with REGISTRATION=closed.</summary>
    public sealed class ClosedApp(PostgresCluster cluster) : CortexApp(cluster)
    {
        protected override IEnumerable<(string Name, string Value)> Settings => [("REGISTRATION", "closed")];
    }
}
