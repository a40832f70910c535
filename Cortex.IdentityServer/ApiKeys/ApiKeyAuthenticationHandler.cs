using System.Diagnostics;
using System.Text.Encodings.Web;
using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.RateLimits;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Cortex.IdentityServer.ApiKeys;

/// <summary>The API-key scheme: who presents a good key acts as that key.</summary>
internal sealed class ApiKeyAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IApiKeyProvider keys, RateCounter limits)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private Problem _refusal = Problems.Unauthenticated;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (PresentedKey.In(Context) is not { Text: var text } presented)
        {
            return AuthenticateResult.NoResult();
        }

        switch (keys.Recall(text) ?? await FindWithinLimitAsync(text))
        {
            case ApiKeyVerdict.Good good:
                return good.Key.Caller.Authenticated;
            case ApiKeyVerdict.Refused refused:
                _refusal = new(refused.Code) { Credential = ErrorOf(presented.Scheme, refused.Code) };
                return AuthenticateResult.Fail(refused.Code.Title);
            case null:
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

    /// <summary>Null when the address has asked about too many keys that nobody has: each costs a query.</summary>
    private async Task<ApiKeyVerdict?> FindWithinLimitAsync(string text)
    {
        // Only asked about again, as something of its owner changed or changes aren't heard: many at a time may be, and none is a guess.
        if (keys.WasKnown(text))
        {
            return await keys.FindAsync(text, Context.RequestAborted);
        }

        var network = ClientNetwork.Of(Context.ClientIp());
        var decision = await limits.TakeAsync(RateLimits.UnknownKeys, network);
        if (!decision.Allowed)
        {
            RateLimitHeaders.Note(Context, decision);
            _refusal = Problem.RateLimited(decision.Reset);
            return null;
        }

        try
        {
            var verdict = await keys.FindAsync(text, Context.RequestAborted);
            if (verdict is not ApiKeyVerdict.Refused)
            {
                await limits.GiveBackAsync(RateLimits.UnknownKeys, network, decision);
            }

            return verdict;
        }
        catch (Exception failure) when (DatabaseFailure.In(failure) is not null)
        {
            // That says nothing of the key. A caller who goes away before the answer gets nothing back: the query was made.
            await limits.GiveBackAsync(RateLimits.UnknownKeys, network, decision);
            throw;
        }
    }
}
