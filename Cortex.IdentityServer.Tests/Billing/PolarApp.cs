using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>A server that sells the products of a stub of Polar.</summary>
public sealed class PolarApp(PostgresCluster cluster) : SharedStaffApp(cluster), IAsyncLifetime
{
    /// <summary>An access token that is easy to find in a log.</summary>
    public const string AccessToken = "polar_oat_5eCr3tT0k3nThatNoLogMayContain";

    /// <summary>A product that the server offers, but Polar doesn't have.</summary>
    public const string ForgottenProduct = "7c1f0a52-5a6e-4f0c-9d5b-0d0c6f3f0009";

    public static string Product => PolarStubOptions.Pro.Id;

    public PolarStub Polar { get; private set; } = null!;

    protected override IEnumerable<(string Name, string Value)> Settings =>
    [
        ("POLAR_API_URL", Polar.Url.AbsoluteUri), ("POLAR_ACCESS_TOKEN", AccessToken), ("POLAR_PRODUCTS", $"{Product}=pro,{ForgottenProduct}=enterprise"),
    ];

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        Polar = await PolarStub.StartAsync(new PolarStubOptions { AccessToken = AccessToken, RequestsPerMinute = int.MaxValue });
        await InitializeAsync();
    }

    /// <summary>Returns a client of another server, with the session of this one's client.</summary>
    public HttpClient Replica(HttpClient http, out IDisposable replica, params (string Name, string Value)[] settings)
    {
        var other = StartReplica(out replica, settings);
        other.DefaultRequestHeaders.Authorization = http.DefaultRequestHeaders.Authorization;
        return other;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Polar.DisposeAsync();
    }
}
