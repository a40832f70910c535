using System.Diagnostics;
using System.Text.Encodings.Web;
using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.RateLimits;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Cortex.IdentityServer.ApiKeys;

/// <summary>Settings of the API-key scheme.</summary>
internal sealed class ApiKeyAuthenticationOptions : AuthenticationSchemeOptions
{
    /// <summary>The header that carries the key; never the URL, which ends up in logs.</summary>
    public string HeaderName { get; set; } = AuthenticationSchemes.ApiKeyHeader;
}

/// <summary>The API-key scheme: who presents a good key acts as that key.</summary>
internal sealed class ApiKeyAuthenticationHandler(
    IOptionsMonitor<ApiKeyAuthenticationOptions> options, ILoggerFactory logger, UrlEncoder encoder, IApiKeyProvider keys, RateCounter limits)
    : AuthenticationHandler<ApiKeyAuthenticationOptions>(options, logger, encoder)
{
    private Problem _refusal = Problems.Unauthenticated;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers[Options.HeaderName];
        if (header.Count == 0)
        {
            return AuthenticateResult.NoResult();
        }

        var text = header.ToString();
        switch (keys.Recall(text) ?? await FindWithinLimitAsync(text))
        {
            case ApiKeyVerdict.Good good:
                return good.Key.Caller.Authenticated;
            case ApiKeyVerdict.Refused refused:
                _refusal = new(refused.Code) { Challenge = $"{Scheme.Name} realm=\"{Options.HeaderName}\", error=\"{refused.Code.Code}\"" };
                return AuthenticateResult.Fail(refused.Code.Title);
            case null:
                return AuthenticateResult.Fail(_refusal.Code.Title);
            default:
                throw new UnreachableException();
        }
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => _refusal.ExecuteAsync(Context);

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
