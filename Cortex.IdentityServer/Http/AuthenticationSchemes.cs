using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Http;

/// <summary>The two ways to prove who is calling, side by side behind one policy scheme.</summary>
internal static class AuthenticationSchemes
{
    /// <summary>Chooses between the two by the header that the request carries.</summary>
    public const string Either = "BearerOrApiKey";

    public const string Bearer = "Bearer";

    public const string ApiKey = "ApiKey";

    public const string ApiKeyHeader = "X-API-Key";

    public static void AddEitherScheme(this IServiceCollection services)
    {
        services.AddAuthentication().AddPolicyScheme(Either, "Access token or API key", options =>
            options.ForwardDefaultSelector = context => context.Request.Headers.ContainsKey(ApiKeyHeader) ? ApiKey : Bearer);

        // AddAuthentication brings data protection for cookies. Nothing here uses it, and its start would write keys, unencrypted, to the home folder.
        foreach (var warmUp in services.Where(service => service.ImplementationType?.Name == "DataProtectionHostedService").ToList())
        {
            services.Remove(warmUp);
        }
    }

    /// <summary>A request with two credentials has no clear caller, and is refused before either is looked at.</summary>
    public static IApplicationBuilder UseSingleCredential(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Request.Headers;
        return headers[HeaderNames.Authorization].Count + headers[ApiKeyHeader].Count > 1
            ? new Problem(Problems.MalformedRequest) { Detail = "Send one credential: either Authorization or X-API-Key, and that once." }.ExecuteAsync(context)
            : next(context);
    });
}
