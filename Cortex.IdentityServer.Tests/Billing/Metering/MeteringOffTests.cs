using Cortex.IdentityServer.Features.Usage.Sums;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Billing.Metering;

/// <remarks>Without POLAR_USAGE_EVENT, an access token alone sends no usage.</remarks>
public sealed class MeteringOffTests(MeteringOffTests.TokenApp app) : IClassFixture<MeteringOffTests.TokenApp>
{
    [Fact]
    public async Task Without_an_event_name_nothing_is_recorded_for_Polar()
    {
        var user = await app.NewReporterAsync();
        await app.UseAsync(user, app.ThisHour().AddHours(-3));
        app.Clock.Advance(TimeSpan.FromHours(3));
        await app.UseAsync(user, app.ThisHour());

        Assert.Equal("0/0/0", await app.PendingAsync(user.UserId));
        Assert.Empty(await app.EventsAsync(user.UserId));
        Assert.Empty(app.Services.GetServices<IFoldTarget>());
        Assert.Equal(2L, await app.SqlAsync("SELECT sum(requests)::bigint FROM usage_months WHERE user_id = $1", user.UserId));
    }

    public sealed class TokenApp(PostgresCluster cluster) : CortexApp(cluster)
    {
        protected override IEnumerable<(string Name, string Value)> Settings => [("POLAR_ACCESS_TOKEN", "polar_oat_development")];
    }
}
