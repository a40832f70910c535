using System.Diagnostics;
using System.Text.Encodings.Web;
using Cortex.IdentityServer.Http;
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
    IOptionsMonitor<ApiKeyAuthenticationOptions> options, ILoggerFactory logger, UrlEncoder encoder, IApiKeyProvider keys)
    : AuthenticationHandler<ApiKeyAuthenticationOptions>(options, logger, encoder)
{
    private ProblemCode _refusal = Problems.Unauthenticated;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers[Options.HeaderName];
        if (header.Count == 0)
        {
            return AuthenticateResult.NoResult();
        }

        switch (await keys.FindAsync(header.ToString(), Context.RequestAborted))
        {
            case ApiKeyVerdict.Good good:
                return AuthenticateResult.Success(new(good.Key.Caller, Scheme.Name));
            case ApiKeyVerdict.Refused refused:
                _refusal = refused.Code;
                return AuthenticateResult.Fail(_refusal.Title);
            default:
                throw new UnreachableException();
        }
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        new Problem(_refusal) { Challenge = $"{Scheme.Name} realm=\"{Options.HeaderName}\", error=\"{_refusal.Code}\"" }.ExecuteAsync(Context);
}
