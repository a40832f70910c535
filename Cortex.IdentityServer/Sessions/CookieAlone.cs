using Cortex.IdentityServer.Http;
using Microsoft.AspNetCore.Routing.Matching;

namespace Cortex.IdentityServer.Sessions;

/// <summary>One of two routes with the same path: the one for requests whose only credential is the refresh cookie, or the one for all others.</summary>
/// <remarks>So the cookie opens nothing but the route that is written for it, and the other goes through its policy as ever.</remarks>
internal sealed record CookieAlone(bool IsWanted);

/// <summary>Puts the choice on a route.</summary>
internal static class CookieAloneExtensions
{
    public static TBuilder WithRefreshCookieAlone<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new CookieAlone(IsWanted: true));

    public static TBuilder UnlessRefreshCookieAlone<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new CookieAlone(IsWanted: false));
}

/// <summary>Chooses between the two.</summary>
internal sealed class CookieAlonePolicy(RefreshCookie cookie) : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<CookieAlone>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var headers = httpContext.Request.Headers;
        var isAlone = headers.Authorization.Count == 0 && !headers.ContainsKey(AuthenticationSchemes.ApiKeyHeader) && cookie.IsIn(httpContext.Request);
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates[i].Endpoint.Metadata.GetMetadata<CookieAlone>() is { } choice && choice.IsWanted != isAlone)
            {
                candidates.SetValidity(i, false);
            }
        }

        return Task.CompletedTask;
    }
}
