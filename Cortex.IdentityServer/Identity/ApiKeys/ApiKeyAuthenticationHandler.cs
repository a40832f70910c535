using System.Diagnostics;
using System.Text.Encodings.Web;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>The API-key scheme: who presents a good key acts as that key.</summary>
internal sealed class ApiKeyAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, LimitedApiKeyLookup keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private Problem _refusal = Problems.Unauthenticated;

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
            case ApiKeyVerdict.Good good:
                return good.Key.Caller.Authenticated;
            case ApiKeyVerdict.Refused refused:
                _refusal = new(refused.Code) { Credential = ErrorOf(presented.Scheme, refused.Code) };
                return AuthenticateResult.Fail(refused.Code.Title);
            case null:
                _refusal = refusal!;
                return AuthenticateResult.Fail(_refusal.Code.Title);
            default:
                throw new UnreachableException();
        }
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => _refusal.ExecuteAsync(Context);

    /// <summary>A bearer token has one word for all that is wrong with it (RFC 6750 section 3.1), and Basic has none.</summary>
    private static CredentialError ErrorOf(string scheme, ProblemCode code) => scheme switch
    {
        AuthenticationSchemes.Bearer => new(scheme, "invalid_token", code.Title),
        AuthenticationSchemes.Basic => new(scheme, Error: null),
        _ => new(scheme, code.Code, code.Title),
    };
}
