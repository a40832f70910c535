using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Billing.Metering;

/// <summary>A server that sends usage to a stub of Polar, which has the same clock.</summary>
public sealed class PolarUsageApp(PostgresCluster cluster) : CortexApp(cluster)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    public PolarStub Polar { get; private set; } = null!;

    protected override IEnumerable<(string Name, string Value)> Settings => MeterSteps.Settings(Polar.Url);

    protected override async Task<string> CreateDatabaseAsync(PostgresCluster cluster)
    {
        Polar = await PolarStub.StartAsync(new() { Clock = Clock, AccessToken = MeterSteps.AccessToken }, TestContext.Current.CancellationToken);
        return await base.CreateDatabaseAsync(cluster);
    }

    /// <summary>Lets time pass until nothing waits to be sent.</summary>
    public Task SendAsync() => LetTimePassUntilAsync("everything is sent", async () => await CountAsync("accepted_at IS NULL AND parked_at IS NULL") == 0);

    public Task LetTimePassUntilAsync(string description, Func<Task<bool>> condition) => Poll.UntilAsync(Timeout, description, async () =>
    {
        if (await condition())
        {
            return true;
        }

        Clock.Advance(TimeSpan.FromSeconds(5));
        await Task.Delay(20, TestContext.Current.CancellationToken);
        return await condition();
    });

    public async Task<long> CountAsync(string condition) => (long)(await SqlAsync($"SELECT count(*) FROM billing_meter_events WHERE {condition}"))!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Polar.DisposeAsync();
    }
}
