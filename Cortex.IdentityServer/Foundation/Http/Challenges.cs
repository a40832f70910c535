using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Tells a client how to authenticate: a challenge for each scheme that the route takes, that of the credential that came first.</summary>
internal static class Challenges
{
    private const string Realm = "Cortex Identity";

    private static readonly string[] BearerOnly = [AuthenticationSchemes.Bearer];
    private static readonly string[] BearerOrKey = [AuthenticationSchemes.Bearer, AuthenticationSchemes.ApiKey];

    /// <remarks>Basic nowhere else: browsers answer it with a dialog.</remarks>
    private static readonly string[] OfClients = [AuthenticationSchemes.Basic, AuthenticationSchemes.Bearer, AuthenticationSchemes.ApiKey];

    /// <summary>
    /// The challenges of a 401, or of a 403 that another credential would pass: in one line, as clients and proxies (nginx before 1.23) read only one.
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
            // RFC 9470, which has no scheme but this one.
            return scheme == AuthenticationSchemes.Bearer ? challenge + ", error=\"insufficient_user_authentication\"" : challenge;
        }

        return refusal.Credential is { Error: { } error } credential && credential.Scheme == scheme
            ? $"{challenge}, error=\"{error}\"{(credential.Description is { } text ? $", error_description=\"{text}\"" : "")}"
            : challenge;
    }

    private static string[] SchemesOf(HttpContext context)
    {
        // Where an exception is answered, the framework has taken the endpoint away.
        var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        return endpoint?.Metadata.GetOrderedMetadata<IAuthorizeData>() is [.., { Policy: var policy }] ? policy switch
        {
            Policies.Introspect => OfClients,
            Policies.SessionOrKey => BearerOrKey,
            _ => BearerOnly,
        }
        : BearerOnly;
    }
}
