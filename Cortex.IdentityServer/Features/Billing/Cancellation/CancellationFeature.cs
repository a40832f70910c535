namespace Cortex.IdentityServer.Features.Billing.Cancellation;

/// <summary>Registers the cancellation of deleted accounts' subscriptions.</summary>
internal static class CancellationFeature
{
    public static IServiceCollection AddCancellation(this IServiceCollection services) => services.AddHostedService<DeletedAccountSubscriptions>();
}
