using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>
/// Authenticates and authorizes callers. A cached credential skips the scheme's handler, which ASP.NET Core creates for each request at about the cost of the
/// rest of the request. Credentials that aren't cached, or that are rejected, go through the handlers.
/// </summary>
internal sealed class CallerEvaluator(IAuthorizationService authorization, CachedCallers cached) : PolicyEvaluator(authorization)
{
    public override Task<AuthenticateResult> AuthenticateAsync(AuthorizationPolicy policy, HttpContext context) =>
        policy.AuthenticationSchemes is not [AuthenticationSchemes.Either] ? base.AuthenticateAsync(policy, context)
        : cached.Find(context) is { } caller ? Task.FromResult(SetUser(caller.Authenticated, context))
        : RunHandlerAsync(context);

    public override Task<PolicyAuthorizationResult> AuthorizeAsync(
        AuthorizationPolicy policy, AuthenticateResult authenticationResult, HttpContext context, object? resource) =>
        authenticationResult.Succeeded && policy.Requirements is [DenyAnonymousAuthorizationRequirement]
            ? Task.FromResult(PolicyAuthorizationResult.Success())
            : base.AuthorizeAsync(policy, authenticationResult, context, resource);

    private static async Task<AuthenticateResult> RunHandlerAsync(HttpContext context) =>
        SetUser(await context.AuthenticateAsync(AuthenticationSchemes.Either), context);

    private static AuthenticateResult SetUser(AuthenticateResult result, HttpContext context)
    {
        context.User = result.Principal ?? new ClaimsPrincipal(new ClaimsIdentity());
        return result;
    }
}
