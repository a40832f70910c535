using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.Polar;

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

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Polar.DisposeAsync();
    }
}
