using Cortex.IdentityServer.Features.Billing.Sync;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.Polar;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>A server with a stub of Polar whose webhooks don't arrive unless a test delivers them.</summary>
public sealed class SyncApp(PostgresCluster cluster) : SharedStaffApp(cluster), IAsyncLifetime
{
    public PolarStub Polar { get; private set; } = null!;

    /// <summary>The variables with which a command asks the same stub.</summary>
    internal (string Name, string Value)[] Variables =>
    [
        ("POSTGRES_URL", ConnectionString), ("JWT_SECRET_KEY", JwtSecret), ("SECRET_KEY", SecretKey), ("POLAR_API_URL", Polar.Url.AbsoluteUri),
        ("POLAR_ACCESS_TOKEN", Polar.Options.AccessToken), ("POLAR_PRODUCTS", Products),
    ];

    protected override IEnumerable<(string Name, string Value)> Settings =>
    [
        .. base.Settings, ("POLAR_API_URL", Polar.Url.AbsoluteUri), ("POLAR_ACCESS_TOKEN", Polar.Options.AccessToken),
        ("POLAR_WEBHOOK_SECRET", Polar.Options.WebhookSecret), ("POLAR_PRODUCTS", Products),
    ];

    private static string Products => $"{PolarStubOptions.Pro.Id}=pro,{PolarStubOptions.Enterprise.Id}=enterprise";

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        Polar = await PolarStub.StartAsync(new PolarStubOptions { Clock = Clock, RequestsPerMinute = int.MaxValue });
        await InitializeAsync();
    }

    /// <summary>Asks Polar for the state of a user now.</summary>
    public async Task SweepAsync(Guid userId)
    {
        await SqlAsync("INSERT INTO billing_sweeps VALUES ($1, '2000-01-01') ON CONFLICT (user_id) DO UPDATE SET due_at = excluded.due_at", userId);
        await Services.GetRequiredService<CustomerSweep>().RunAsync(TestContext.Current.CancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Polar.DisposeAsync();
    }
}
