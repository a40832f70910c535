using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Routing.Matching;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Selects between two routes with the same path by <see cref="RefreshCookieOnly"/>.</summary>
internal sealed class RefreshCookieOnlyPolicy(RefreshCookie cookie) : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<RefreshCookieOnly>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var headers = httpContext.Request.Headers;
        var isAlone = headers.Authorization.Count == 0 && !headers.ContainsKey(AuthenticationSchemes.ApiKeyHeader) && cookie.IsSent(httpContext.Request);
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates[i].Endpoint.Metadata.GetMetadata<RefreshCookieOnly>() is { } choice && choice.IsWanted != isAlone)
            {
                candidates.SetValidity(i, false);
            }
        }

        return Task.CompletedTask;
    }
}
