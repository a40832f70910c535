using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>What pages of other origins may do (<c>CORS_ORIGINS</c>), said so that no cache gives one origin the answer to another, or to none.</summary>
internal static class CrossOrigin
{
    public static IServiceCollection AddCrossOrigin(this IServiceCollection services, HttpOptions options) => services
        .AddTransient<ICorsService, WithoutVary>()
        .AddCors(cors => cors.AddDefaultPolicy(policy => Credentials(policy, options)
            .WithOrigins([.. options.CorsOrigins])
            .SetIsOriginAllowed(options.CorsOrigins.ToHashSet(WebOrigin.Comparer).Contains)
            .WithMethods("GET", "HEAD", "POST", "PATCH", "DELETE")
            .WithHeaders(HeaderNames.Authorization, HeaderNames.ContentType, HeaderNames.IfMatch, AuthenticationSchemes.ApiKeyHeader, "X-Request-Id")
            .WithExposedHeaders(
                "X-Request-Id", HeaderNames.ETag, HeaderNames.RetryAfter, HeaderNames.WWWAuthenticate,
                RateLimits.RateLimitHeaders.Limit, RateLimits.RateLimitHeaders.Remaining, RateLimits.RateLimitHeaders.Reset)
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));

    /// <summary>After routing, which finds out whether the answer is a public document.</summary>
    public static void UseCrossOrigin(this IApplicationBuilder app, HttpOptions options)
    {
        app.Use((context, next) =>
        {
            WriteTo(context, options);
            return next(context);
        });
        app.UseWhen(context => !IsPublic(context), others => others.UseCors());
    }

    /// <summary>On every answer, also to a request without <c>Origin</c>: a cache keeps that answer for browsers too.</summary>
    public static void WriteTo(HttpContext context, HttpOptions options)
    {
        if (IsPublic(context))
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
        }
        else if (options.CorsOrigins.Count > 0)
        {
            context.Response.Headers.Vary = HeaderNames.Origin;
        }
    }

    /// <summary>Marks documents that are the same for everybody and that every page may read.</summary>
    public static TBuilder IsPublicDocument<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new PublicDocument());

    private static bool IsPublic(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<PublicDocument>() is not null;

    /// <summary>For pages that are listed by name the browser sends and keeps cookies; never for any page whatever.</summary>
    private static CorsPolicyBuilder Credentials(CorsPolicyBuilder policy, HttpOptions options) =>
        options.AllowsAnyOrigin ? policy.DisallowCredentials() : policy.AllowCredentials();

    private sealed record PublicDocument;

    /// <summary>The framework's, which would name the header a second time for some requests and not at all for others.</summary>
    private sealed class WithoutVary(Microsoft.Extensions.Options.IOptions<CorsOptions> options, ILoggerFactory loggers) : CorsService(options, loggers)
    {
        public override void ApplyResult(CorsResult result, HttpResponse response)
        {
            result.VaryByOrigin = false;
            base.ApplyResult(result, response);
        }
    }
}
