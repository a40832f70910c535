using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Features.Frontend;

/// <summary>Registers and maps what a web frontend has to know before somebody logs in.</summary>
internal static class FrontendFeature
{
    public static IServiceCollection AddFrontend(this IServiceCollection services) => services
        .AddJson<FrontendJson>()
        .AddSingleton<ConfigDocument>();

    /// <remarks>
    /// Unlike the documents that any origin may read, it takes the CORS rules of the API: a frontend that sends its cookie along with every request couldn't
    /// read a response that allows every origin.
    /// </remarks>
    public static void MapFrontend(this IEndpointRouteBuilder app) => app.MapGet("/api/v1/config", ConfigEndpoint.GetConfig)
        .WithTags("For frontends")
        .AllowAnonymous()
        .LimitedBy(HttpLimits.Documents)
        .ReturnsEntityTag("Identifies this state of the configuration, for If-None-Match.");
}
