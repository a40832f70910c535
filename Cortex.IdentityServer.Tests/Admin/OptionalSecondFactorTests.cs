using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin;

/// <summary>The setting <c>ADMIN_SECOND_FACTOR=optional</c>.</summary>
public sealed class OptionalSecondFactorTests(OptionalSecondFactorTests.App app) : IClassFixture<OptionalSecondFactorTests.App>
{
    [Fact]
    public async Task An_administrator_needs_no_second_factor_and_other_users_are_still_refused()
    {
        var (_, _, admin) = await app.SignUpAdminAsync();
        var (_, _, user) = await app.SignUpAsync();

        await (await admin.GetAsync(Administrators.Users, TestContext.Current.CancellationToken)).ShouldBeAsync(HttpStatusCode.OK);
        await (await user.GetAsync(Administrators.Users, TestContext.Current.CancellationToken)).ShouldBeProblemAsync(403, "forbidden");
    }

    public sealed class App(PostgresCluster cluster) : CortexApp(cluster)
    {
        protected override IEnumerable<(string Name, string Value)> Settings => [("ADMIN_SECOND_FACTOR", "optional")];
    }
}
