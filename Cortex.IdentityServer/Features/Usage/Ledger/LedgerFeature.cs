using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Registers and maps the ledger of usage.</summary>
internal static class LedgerFeature
{
    public static IServiceCollection AddLedger(this IServiceCollection services) => services
        .AddJson<LedgerJson>()
        .AddSingleton<UsageQueue>()
        .AddSingleton<UsageSignal>()
        .AddSingleton<UsageInsert>()
        .AddSingleton<UsageBatches>()
        .AddSingleton<IObservedMetrics, UsageMetrics>()
        .AddSingleton<UsageWriter>()
        .AddHostedService(provider => provider.GetRequiredService<UsageWriter>())
        .AddSingleton<UsageReporting>();

    public static void MapLedger(this IEndpointRouteBuilder usage) => usage.MapPost("/", LedgerEndpoints.ReportUsage)
        .RequireAuthorization(Policies.ApiKey)
        .Accepts<UsageEventRequest>("application/json")
        .WithMetadata(new MaxBodySize(LedgerEndpoints.MaxBodyLength), new OneOrMoreEvents())
        .WithRefusals(Problems.ValidationFailed, Problems.UnknownField, Problems.InsufficientScope, Problems.IdConflict);
}
