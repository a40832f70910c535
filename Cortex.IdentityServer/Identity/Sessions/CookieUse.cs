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
    /// must respond with <see cref="TokenAnswer.Of"/>.
    /// </summary>
    public static TBuilder MayUseCookies<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes
            .WithMetadata(new TakesUseCookies())
            .Refuses(Problems.Forbidden)
            .AddEndpointFilterFactory((route, next) =>
            {
                var cookie = route.ApplicationServices.GetRequiredService<RefreshCookie>();
                return context => context.HttpContext.Request.QueryString.HasValue ? ReadAsync(context, next, cookie) : next(context);
            });

    private static ValueTask<object?> ReadAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, RefreshCookie cookie)
    {
        var http = context.HttpContext;
        var wish = http.Request.Query[Parameter];
        if (wish.Count == 0 || IsWord(wish, bool.FalseString))
        {
            return next(context);
        }

        if (!IsWord(wish, bool.TrueString))
        {
            return new(InvalidValue.ToProblem());
        }

        if (cookie.RefusalToSet(http.Request) is { } refusal)
        {
            return new(refusal.ToProblem());
        }

        TokenAnswer.UseCookie(http, cookie);
        return next(context);
    }

    /// <summary>Compares case-insensitively, because Python writes <c>True</c>.</summary>
    private static bool IsWord(StringValues wish, string word) => wish is [var only] && word.Equals(only, StringComparison.OrdinalIgnoreCase);
}
