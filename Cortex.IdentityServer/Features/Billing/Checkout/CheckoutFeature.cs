using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Features.Billing.Checkout;

/// <summary>Registers and maps checkouts and the customer portal.</summary>
internal static class CheckoutFeature
{
    public static IServiceCollection AddCheckout(this IServiceCollection services) => services
        .AddJson<CheckoutJson>()
        .AddLimits(BillingLimits.PerAddress, BillingLimits.PerUser)
        .AddSingleton<CheckoutUrls>()
        .AddSingleton<CheckoutStart>()
        .AddSingleton<PortalStart>();

    public static void MapCheckout(this IEndpointRouteBuilder billing)
    {
        var links = billing.MapGroup("/").RequireAuthorization(Policies.Session).LimitedBy(BillingLimits.PerAddress, BillingLimits.PerUser);
        links.MapPost("/checkout", CheckoutEndpoints.CreateCheckout).WithRefusals(Problems.NotFound);
        links.MapGet("/portal", CheckoutEndpoints.OpenPortal).WithRefusals(Problems.NotFound, Problems.NoCustomer);
    }
}
