using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>
/// Applies the rate limits of authenticated callers, authorized or not, and responds with a 403 problem that says what was missing (RFC 6750 section 3.1).
/// The authentication scheme itself responds with 401.
/// </summary>
internal sealed class RefusalToProblem(CallerLimits limits, IRefusalHeaders headers) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _default = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (!authorizeResult.Challenged && await limits.CheckAsync(context) is { } refusal)
        {
            await headers.AddAsync(context);
            await refusal.ToProblem().ExecuteAsync(context);
            return;
        }

        if (!authorizeResult.Forbidden)
        {
            await _default.HandleAsync(next, context, policy, authorizeResult);
            return;
        }

        var names = context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy) ?? [];
        var problem = names.Contains(Policies.Introspect) && !context.User.HasSession() ? Policies.MissingScope(ApiKeyOptions.Introspect)
            : authorizeResult.AuthorizationFailure?.FailedRequirements.All(
                requirement => requirement is SecondFactorRequirement) == true ? Policies.SecondFactorRequired
            : Problems.Forbidden with { Detail = "This kind of credential can't use this route." };
        await headers.AddAsync(context);
        await problem.ToProblem().ExecuteAsync(context);
    }
}
