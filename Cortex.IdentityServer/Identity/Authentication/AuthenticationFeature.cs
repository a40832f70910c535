using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>Registers the authentication and authorization of callers, with an access token or an API key.</summary>
internal static class AuthenticationFeature
{
    /// <remarks>Call this method after both schemes are registered.</remarks>
    public static IServiceCollection AddCallers(this IServiceCollection services, SettingsReader settings)
    {
        var admin = AdminOptions.Read(settings);
        services.AddAuthentication().AddPolicyScheme(AuthenticationSchemes.Either, "Access token or API key", options =>
            options.ForwardDefaultSelector = context =>
                PresentedCredential.In(context) is { IsKey: true } ? AuthenticationSchemes.ApiKey : AuthenticationSchemes.Bearer);

        // AddAuthentication registers data protection for cookies. Nothing here uses it, and at startup it would write unencrypted keys to the home folder.
        foreach (var warmUp in services.Where(service => service.ImplementationType?.Name == FrameworkInternals.DataProtectionHostedService).ToList())
        {
            services.Remove(warmUp);
        }

        return services
            .AddSingleton(admin)
            .AddPolicies(admin)
            .AddSingleton<CallerLimits>()
            .AddSingleton<CachedCallers>()
            .AddSingleton<IPolicyEvaluator, CallerEvaluator>()
            .AddSingleton<IAuthorizationMiddlewareResultHandler, RefusalToProblem>();
    }
}
