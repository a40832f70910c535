using Cortex.IdentityServer.Foundation.Http;
using Microsoft.Extensions.Primitives;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Lets clients of routes that return tokens receive the refresh token in the cookie.</summary>
internal static class CookieUse
{
    public const string Parameter = "use_cookies";

    private static readonly Refusal InvalidValue = Refusal.Invalid(Parameter, "must be true or false");

    /// <summary>
    /// Reads <c>?use_cookies</c> and rejects requests that may not use the cookie before the endpoint runs, and so before any password is hashed. The endpoint
    /// must respond with <see cref="TokenResult.Of"/>.
    /// </summary>
    public static TBuilder AllowCookies<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes
            .WithMetadata(new UseCookiesMetadata())
            .WithRefusals(Problems.Forbidden)
            .AddEndpointFilterFactory((route, next) =>
            {
                var cookie = route.ApplicationServices.GetRequiredService<RefreshCookie>();
                return context => context.HttpContext.Request.QueryString.HasValue ? ReadAsync(context, next, cookie) : next(context);
            });

    private static ValueTask<object?> ReadAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, RefreshCookie cookie)
    {
        var http = context.HttpContext;
        var value = http.Request.Query[Parameter];
        if (value.Count == 0 || IsWord(value, bool.FalseString))
        {
            return next(context);
        }

        if (!IsWord(value, bool.TrueString))
        {
            return new(InvalidValue.ToProblem());
        }

        if (cookie.CheckSet(http.Request) is { } refusal)
        {
            return new(refusal.ToProblem());
        }

        TokenResult.UseCookie(http, cookie);
        return next(context);
    }

    /// <summary>Compares case-insensitively, because Python writes <c>True</c>.</summary>
    private static bool IsWord(StringValues value, string word) => value is [var only] && word.Equals(only, StringComparison.OrdinalIgnoreCase);
}
