using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// Configures CORS from <c>CORS_ORIGINS</c>, with <c>Vary: Origin</c> on every response so that no cache serves one origin the response to another.
/// </summary>
internal static class CrossOrigin
{
    public static IServiceCollection AddCrossOrigin(this IServiceCollection services, HttpOptions options) => services
        .AddTransient<ICorsService, WithoutVary>()
        .AddCors(cors => cors.AddDefaultPolicy(policy => Credentials(policy, options)
            .WithOrigins([.. options.CorsOrigins])
            .SetIsOriginAllowed(options.CorsOrigins.ToHashSet(WebOrigin.Comparer).Contains)
            .WithMethods("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders(HeaderNames.Authorization, HeaderNames.ContentType, HeaderNames.IfMatch, AuthenticationSchemes.ApiKeyHeader, "X-Request-Id")
            .WithExposedHeaders(
                "X-Request-Id", HeaderNames.ETag, HeaderNames.RetryAfter, HeaderNames.WWWAuthenticate,
                "X-Quota-Remaining", "X-Quota-Allowed",
                RateLimits.RateLimitHeaders.Limit, RateLimits.RateLimitHeaders.Remaining, RateLimits.RateLimitHeaders.Reset)
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));

    /// <summary>Adds the CORS middleware. It must run after routing, which determines whether the response is a public document.</summary>
    public static void UseCrossOrigin(this IApplicationBuilder app, HttpOptions options)
    {
        app.Use((context, next) =>
        {
            WriteTo(context, options);
            return next(context);
        });
        app.UseWhen(context => !IsPublic(context), others => others.UseCors());
    }

    /// <summary>Writes the headers on every response, because a cache may serve browsers a response to a request without <c>Origin</c>.</summary>
    public static void WriteTo(HttpContext context, HttpOptions options)
    {
        if (IsPublic(context))
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
            context.Response.Headers[SecurityHeaders.ResourcePolicy] = "cross-origin";
        }
        else if (options.CorsOrigins.Count > 0)
        {
            context.Response.Headers.Vary = HeaderNames.Origin;
        }
    }

    /// <summary>Marks a document that is the same for every caller and that pages of any origin may read.</summary>
    public static TBuilder IsPublicDocument<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new PublicDocument());

    private static bool IsPublic(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<PublicDocument>() is not null;

    /// <summary>Allows cookies for origins that are listed by name, and never for <c>*</c>.</summary>
    private static CorsPolicyBuilder Credentials(CorsPolicyBuilder policy, HttpOptions options) =>
        options.AllowsAnyOrigin ? policy.DisallowCredentials() : policy.AllowCredentials();

    private sealed record PublicDocument;

    /// <summary>Keeps the framework from writing <c>Vary</c>, which it would duplicate on some responses and omit on others.</summary>
    private sealed class WithoutVary(Microsoft.Extensions.Options.IOptions<CorsOptions> options, ILoggerFactory loggers) : CorsService(options, loggers)
    {
        public override void ApplyResult(CorsResult result, HttpResponse response)
        {
            result.VaryByOrigin = false;
            base.ApplyResult(result, response);
        }
    }
}
