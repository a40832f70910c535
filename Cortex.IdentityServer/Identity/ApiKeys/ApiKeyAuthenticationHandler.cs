using System.Diagnostics;
using System.Text.Encodings.Web;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>The API key scheme: a request with a valid key is authenticated as that key.</summary>
internal sealed class ApiKeyAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, LimitedApiKeyLookup keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private Refusal _refusal = Problems.Unauthenticated;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (PresentedCredential.In(Context) is not { IsKey: true } presented)
        {
            return AuthenticateResult.NoResult();
        }

        var candidate = Context.Features.Get<ApiKeyCandidate>() ?? new(presented.Text);
        var (verdict, refusal) = await keys.FindAsync(candidate, Context);
        switch (verdict)
        {
            case ApiKeyVerdict.Valid valid:
                return valid.Key.Caller.Authenticated;
            case ApiKeyVerdict.Refused refused:
                _refusal = refused.Refusal with { Credential = ErrorOf(presented.Scheme, refused.Refusal) };
                return AuthenticateResult.Fail(refused.Refusal.Title);
            case null:
                _refusal = refusal!;
                return AuthenticateResult.Fail(_refusal.Title);
            default:
                throw new UnreachableException();
        }
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => _refusal.ToProblem().ExecuteAsync(Context);

    /// <summary>RFC 6750 section 3.1 has one error code for every rejected bearer token; Basic has none.</summary>
    private static CredentialError ErrorOf(string scheme, Refusal refusal) => scheme switch
    {
        AuthenticationSchemes.Bearer => new(scheme, "invalid_token", refusal.Title),
        AuthenticationSchemes.Basic => new(scheme, Error: null),
        _ => new(scheme, refusal.Code, refusal.Title),
    };
}
