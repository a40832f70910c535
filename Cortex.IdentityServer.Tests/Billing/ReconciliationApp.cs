using Cortex.IdentityServer.Features.Billing.Metering;
using Cortex.IdentityServer.Tests.Billing.Metering;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.Polar;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>A server that sends usage to a stub of Polar with meters.</summary>
public sealed class ReconciliationApp(PostgresCluster cluster) : SharedStaffApp(cluster)
{
    public static readonly PolarMeter Requests = new(Guid.NewGuid(), "Requests", MeterSteps.EventName, "requests");
    public static readonly PolarMeter Tokens = new(Guid.NewGuid(), "Tokens", MeterSteps.EventName, "tokens_used");
    public static readonly PolarMeter Cost = new(Guid.NewGuid(), "Cost", MeterSteps.EventName, "cost_usd");
    public static readonly PolarMeter Events = new(Guid.NewGuid(), "Events", MeterSteps.EventName, null);
    public static readonly PolarMeter Other = new(Guid.NewGuid(), "Another program's tokens", "other", "tokens_used");

    public PolarStub Polar { get; private set; } = null!;

    protected override IEnumerable<(string Name, string Value)> Settings => [.. base.Settings, .. MeterSteps.Settings(Polar.Url)];

    protected override async Task<string> CreateDatabaseAsync(PostgresCluster cluster)
    {
        Polar = await PolarStub.StartAsync(
            new()
            {
                Clock = Clock,
                AccessToken = MeterSteps.AccessToken,
                RequestsPerMinute = int.MaxValue,
                Meters = [Events, Other, Cost, Tokens, Requests],
            },
            TestContext.Current.CancellationToken);
        return await base.CreateDatabaseAsync(cluster);
    }

    /// <summary>Turns the hours that are over into events, and sends them.</summary>
    public async Task SendAsync()
    {
        await this.CloseAsync();
        while (await Services.GetRequiredService<MeterOutbox>().NextAsync(TestContext.Current.CancellationToken) is { Count: > 0 } events)
        {
            Assert.IsType<MeterDelivery.Done>(
                await Services.GetRequiredService<MeterBatches>().SendAsync(events, TestContext.Current.CancellationToken));
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Polar.DisposeAsync();
    }
}
