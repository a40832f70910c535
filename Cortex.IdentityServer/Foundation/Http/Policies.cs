using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Authentication;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Who may call what. Every route names one of these or is open to anyone.</summary>
/// <remarks>
/// No fallback policy: it would answer 401 to paths and methods that don't exist. A test finds a route without a policy.
/// No default scheme either: a route that is open to anyone never looks at a credential.
/// </remarks>
internal static class Policies
{
    /// <summary>A person with an access token; an API key can't do what its owner does here.</summary>
    public const string Session = "session";

    /// <summary>Either credential.</summary>
    public const string SessionOrKey = "session_or_key";

    /// <summary>
    /// May ask about tokens and keys of others: a key with the scope <see cref="IntrospectScope"/>, or an administrator with a second factor.
    /// </summary>
    public const string Introspect = "introspect";

    /// <summary>The scope that <see cref="Introspect"/> asks of a key.</summary>
    public const string IntrospectScope = ApiKeyOptions.Introspect;

    /// <summary>A person with the role <see cref="Role.Admin"/>, and a second factor.</summary>
    public const string Admin = "admin";

    /// <summary>A person with the role <see cref="Role.Admin"/> or <see cref="Role.Support"/>, and a second factor.</summary>
    public const string Support = "support";

    public static IServiceCollection AddPolicies(this IServiceCollection services, AdminOptions admin)
    {
        services.AddAuthorizationBuilder()
            .AddPolicy(Session, policy => WithCaller(policy).RequireClaim(CortexClaims.SessionId))
            .AddPolicy(SessionOrKey, policy => WithCaller(policy))
            .AddPolicy(Introspect, policy => WithCaller(policy).RequireAssertion(context =>
                context.User.HasScope(IntrospectScope) || (context.User.HasSession() && context.User.HasRole(Role.Admin)))
                .AddRequirements(new SecondFactorRequirement(admin.RequiresSecondFactor)))
            .AddPolicy(Admin, policy => OfStaff(policy, admin, Role.Admin))
            .AddPolicy(Support, policy => OfStaff(policy, admin, Role.Admin, Role.Support));
        return services
            .AddSingleton<RememberedCallers>()
            .AddSingleton<IPolicyEvaluator, CallerEvaluator>()
            .AddSingleton<IAuthorizationMiddlewareResultHandler, RefusalToProblem>();
    }

    private static AuthorizationPolicyBuilder WithCaller(AuthorizationPolicyBuilder policy) =>
        policy.AddAuthenticationSchemes(AuthenticationSchemes.Either).RequireAuthenticatedUser();

    private static void OfStaff(AuthorizationPolicyBuilder policy, AdminOptions admin, params string[] roles) =>
        WithCaller(policy).RequireAssertion(context => context.User.HasSession() && roles.Any(context.User.HasRole))
            .AddRequirements(new SecondFactorRequirement(admin.RequiresSecondFactor));

    /// <summary>Asks it of people alone, as a key has no second factor. A requirement of its own, so that its refusal can say so.</summary>
    private sealed class SecondFactorRequirement(bool isRequired) : IAuthorizationRequirement, IAuthorizationHandler
    {
        public Task HandleAsync(AuthorizationHandlerContext context)
        {
            if (!isRequired || !context.User.HasSession() || context.User.HasSecondFactor())
            {
                context.Succeed(this);
            }

            return Task.CompletedTask;
        }
    }

    /// <summary>
    /// Counts who proved to be somebody, allowed here or not, and answers 403 with a problem that says what was missing (RFC 6750
    /// section 3.1); 401 is the scheme's own answer.
    /// </summary>
    private sealed class RefusalToProblem(CallerLimits limits) : IAuthorizationMiddlewareResultHandler
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
            var problem = names.Contains(Introspect) && !context.User.HasSession() ? MissingScope(IntrospectScope)
                : authorizeResult.AuthorizationFailure?.FailedRequirements.All(
                    requirement => requirement is SecondFactorRequirement) == true ? NeedsSecondFactor
                : Problems.Forbidden with { Detail = "This kind of credential can't use this route." };
            await problem.ToProblem().ExecuteAsync(context);
        }
    }

    /// <summary>Who asks is known and may come back with a second factor, so it is 403 and not the 401 of a login.</summary>
    public static Refusal NeedsSecondFactor => Problems.TwoFactorRequired with
    {
        Status = StatusCodes.Status403Forbidden,
        Detail = "Administration needs a second factor: turn on two-factor authentication (/api/v1/auth/2fa/enable), or log in with a passkey that checks "
            + "its PIN, finger or face.",
    };

    /// <param name="scope">As it can be shown in an answer: visible ASCII.</param>
    public static Refusal MissingScope(string scope) => Problems.InsufficientScope with
    {
        Detail = $"This credential lacks the scope \"{scope}\".",

        // What RFC 6750 section 3 allows in a quoted string, which needs no escape then.
        Scope = scope.Length > 0 && !scope.AsSpan().ContainsAny('"', '\\') ? scope : null,
    };
}
