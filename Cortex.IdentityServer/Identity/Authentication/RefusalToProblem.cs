using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>
/// Counts who proved to be somebody, allowed here or not, and answers 403 with a problem that says what was missing (RFC 6750
/// section 3.1); 401 is the scheme's own answer.
/// </summary>
internal sealed class RefusalToProblem(CallerLimits limits) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _usual = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (!authorizeResult.Challenged && await limits.RefusalAsync(context) is { } refusal)
        {
            await refusal.ToProblem().ExecuteAsync(context);
            return;
        }

        if (!authorizeResult.Forbidden)
        {
            await _usual.HandleAsync(next, context, policy, authorizeResult);
            return;
        }

        var names = context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy) ?? [];
        var problem = names.Contains(Policies.Introspect) && !context.User.HasSession() ? Policies.MissingScope(ApiKeyOptions.Introspect)
            : authorizeResult.AuthorizationFailure?.FailedRequirements.All(
                requirement => requirement is SecondFactorRequirement) == true ? Policies.NeedsSecondFactor
            : Problems.Forbidden with { Detail = "This kind of credential can't use this route." };
        await problem.ToProblem().ExecuteAsync(context);
    }
}
