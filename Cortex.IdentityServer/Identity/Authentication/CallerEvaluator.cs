using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>
/// Finds out who calls and whether the policy lets them. A credential that is remembered needs no scheme's handler, which is made anew for each request
/// and costs as much as the rest of it; whatever isn't, or is refused, goes to the handlers as ever.
/// </summary>
internal sealed class CallerEvaluator(IAuthorizationService authorization, VerifiedTokens tokens, IApiKeyProvider keys) : PolicyEvaluator(authorization)
{
    public override Task<AuthenticateResult> AuthenticateAsync(AuthorizationPolicy policy, HttpContext context) =>
        policy.AuthenticationSchemes is not [AuthenticationSchemes.Either] ? base.AuthenticateAsync(policy, context)
        : Recall(context.Request.Headers) is { } caller ? Task.FromResult(Welcome(caller.Authenticated, context))
        : AskAsync(context);

    public override Task<PolicyAuthorizationResult> AuthorizeAsync(
        AuthorizationPolicy policy, AuthenticateResult authenticationResult, HttpContext context, object? resource) =>
        authenticationResult.Succeeded && policy.Requirements is [DenyAnonymousAuthorizationRequirement]
            ? Task.FromResult(PolicyAuthorizationResult.Success())
            : base.AuthorizeAsync(policy, authenticationResult, context, resource);

    private KnownCaller? Recall(IHeaderDictionary headers) =>
        headers.TryGetValue(AuthenticationSchemes.ApiKeyHeader, out var key) ? (keys.Recall(key.ToString()) as ApiKeyVerdict.Good)?.Key.Caller
        : AuthenticationSchemes.BearerIn(headers) is { } token ? (tokens.Recall(token) as TokenVerdict.Good)?.Token.Caller
        : null;

    private static async Task<AuthenticateResult> AskAsync(HttpContext context) =>
        Welcome(await context.AuthenticateAsync(AuthenticationSchemes.Either), context);

    private static AuthenticateResult Welcome(AuthenticateResult result, HttpContext context)
    {
        context.User = result.Principal ?? new ClaimsPrincipal(new ClaimsIdentity());
        return result;
    }
}
