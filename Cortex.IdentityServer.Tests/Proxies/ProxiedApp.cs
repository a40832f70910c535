using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Http;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cortex.IdentityServer.Tests.Proxies;

/// <summary>An identity server that trusts a proxy on this machine, and an application behind the same proxy that echoes its requests.</summary>
public sealed class ProxiedApp(PostgresCluster cluster) : CuttableApp(cluster), IAsyncLifetime
{
    /// <summary>The number of requests per minute on the tier <c>free</c>. The other tiers have a limit that no test reaches.</summary>
    public const int FreeLimit = 5;

    /// <summary>The number of requests per month on the tier <c>enterprise</c>, beyond which they are refused.</summary>
    public const int EnterpriseQuota = 3;

    private WebApplication _application = null!;

    /// <summary>The address at which the application listens.</summary>
    public Uri Application { get; private set; } = null!;

    protected override IEnumerable<(string Name, string Value)> Settings =>
    [
        .. base.Settings, ("TRUSTED_PROXIES", "127.0.0.1"), ("API_KEY_LIMITS", $"free={FreeLimit},pro=1000000,enterprise=1000000"),
        ("QUOTAS", $"enterprise:requests={EnterpriseQuota};free:requests=1000000"), ("QUOTA_MODE", "hard"),
    ];

    /// <summary>Creates a user with an API key.</summary>
    public async Task<(Guid UserId, string Key)> KeyAsync(string tier, params string[] scopes)
    {
        var (user, _, http) = await SignUpAsync();
        var (_, key) = await GenerateKeyAsync(http, scopes);
        await SqlAsync("UPDATE users SET subscription_tier = $2 WHERE id = $1", user.Id, tier);
        return (user.Id, key);
    }

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        _application = builder.Build();
        _application.Run(EchoAsync);
        await _application.StartAsync();
        Application = new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await _application.DisposeAsync();
        await DisposeAsync();
    }

    /// <summary>Describes the request in a header, because a response to HEAD has no body.</summary>
    private static async Task EchoAsync(HttpContext context)
    {
        var length = 0L;
        var buffer = new byte[64 * 1024];
        for (int count; (count = await context.Request.Body.ReadAsync(buffer)) > 0;)
        {
            length += count;
        }

        var headers = context.Request.Headers.Where(
            header => header.Key.StartsWith("X-", StringComparison.OrdinalIgnoreCase) || header.Key is "Content-Encoding" or "Content-Type")
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        context.Response.StatusCode = context.Request.Path == "/broken" ? (int)HttpStatusCode.InternalServerError : (int)HttpStatusCode.OK;
        context.Response.Headers["X-Seen"] = JsonSerializer.Serialize(
            new { method = context.Request.Method, target = context.Request.Path + context.Request.QueryString, length, headers });
    }
}
