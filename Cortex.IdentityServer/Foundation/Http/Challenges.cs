using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// Builds <c>WWW-Authenticate</c>: one challenge for each scheme that the route accepts, beginning with the scheme of the rejected credential.
/// </summary>
internal static class Challenges
{
    private const string Realm = "Cortex Identity";

    private static readonly string[] BearerOnly = [AuthenticationSchemes.Bearer];
    private static readonly string[] BearerOrKey = [AuthenticationSchemes.Bearer, AuthenticationSchemes.ApiKey];

    /// <remarks>Only introspection offers Basic, because browsers show a login dialog for it.</remarks>
    private static readonly string[] ClientSchemes = [AuthenticationSchemes.Basic, AuthenticationSchemes.Bearer, AuthenticationSchemes.ApiKey];

    /// <summary>
    /// Returns the challenges for a 401, or for a 403 that another credential could avoid. They share one header line, because some clients and proxies
    /// (nginx before 1.23) read only one.
    /// </summary>
    public static string For(HttpContext context, Refusal refusal) => string.Join(
        ", ", SchemesOf(context).OrderBy(scheme => scheme == refusal.Credential?.Scheme ? 0 : 1).Select(scheme => Challenge(scheme, refusal)));

    private static string Challenge(string scheme, Refusal refusal)
    {
        var challenge = $"{scheme} realm=\"{Realm}\"";
        if (scheme == AuthenticationSchemes.Basic)
        {
            return challenge;
        }

        if (refusal.Is(Problems.InsufficientScope))
        {
            return $"{challenge}, error=\"insufficient_scope\"{(refusal.Scope is { } scope ? $", scope=\"{scope}\"" : "")}";
        }

        if (refusal.Is(Problems.ReauthenticationRequired))
        {
            // RFC 9470 defines this error for Bearer only.
            return scheme == AuthenticationSchemes.Bearer ? challenge + ", error=\"insufficient_user_authentication\"" : challenge;
        }

        return refusal.Credential is { Error: { } error } credential && credential.Scheme == scheme
            ? $"{challenge}, error=\"{error}\"{(credential.Description is { } text ? $", error_description=\"{text}\"" : "")}"
            : challenge;
    }

    private static string[] SchemesOf(HttpContext context)
    {
        // The exception handler middleware clears the endpoint and keeps it in its feature.
        var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        return endpoint?.Metadata.GetOrderedMetadata<IAuthorizeData>() is [.., { Policy: var policy }] ? policy switch
        {
            Policies.Introspect => ClientSchemes,
            Policies.SessionOrKey => BearerOrKey,
            _ => BearerOnly,
        }
        : BearerOnly;
    }
}
