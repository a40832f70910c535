using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Gauges;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>Registers and maps the receipt of webhooks, and the work on them.</summary>
internal static class WebhooksFeature
{
    /// <summary>How long processed events that had no effect are kept.</summary>
    private static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    /// <summary>How long events whose user isn't known are kept. They are often about people who have nothing to do with this server.</summary>
    private static readonly TimeSpan UnmatchedRetention = TimeSpan.FromDays(90);

    public static IServiceCollection AddWebhooks(this IServiceCollection services) => services
        .AddSingleton(provider => WebhookKeys.Of(provider.GetRequiredService<BillingOptions>().PolarWebhookSecrets))
        .AddSingleton<InboxSignal>()
        .AddSingleton<WebhookInbox>()
        .AddSingleton<EventFailures>()
        .AddScoped<EventQueue>()
        .AddScoped<EventWork>()
        .AddGauges(EventGauges.All)
        .AddHostedService<EventWorker>()
        .AddHostedService<UnmatchedEvents>()
        .AddSingleton<IExpiryRule>(new ExpiryRule(
            "billing events without effect", "billing_events WHERE NOT had_effect AND coalesce(processed, false) AND created_at < $1", Retention))
        .AddSingleton<IExpiryRule>(new ExpiryRule(
            "unmatched billing events", "billing_inbox WHERE unmatched_at IS NOT NULL AND created_at < $1", UnmatchedRetention))
        .AddSingleton<IExpiryRule>(new ExpiryRule("billing events about nobody", "billing_inbox WHERE processed_at < $1", Retention))
        .AddLimits(WebhookLimits.PerAddress);

    public static void MapWebhooks(this IEndpointRouteBuilder billing) => billing.MapPost("/webhooks/polar", WebhookEndpoint.ReceivePolarWebhook)
        .AllowAnonymous()
        .Accepts<object>("application/json")
        .WithMetadata(new MaxBodySize(WebhookEndpoint.MaxBodyLength))
        .LimitedBy(WebhookLimits.PerAddress)
        .WithRefusals(Problems.InvalidSignature, Problems.NotFound, Problems.PayloadTooLarge);
}
