using System.Security.Claims;
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
                return AuthenticateResult.Success(new(new(Identity(good.Key, Scheme.Name)), Scheme.Name));
            case ApiKeyVerdict.Expired:
                _refusal = Problems.ApiKeyExpired;
                break;
            default:
                _refusal = Problems.InvalidApiKey;
                break;
        }

        return AuthenticateResult.Fail(_refusal.Title);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        new Problem(_refusal) { Challenge = $"{Scheme.Name} realm=\"{Options.HeaderName}\", error=\"{_refusal.Code}\"" }.ExecuteAsync(Context);

    private static ClaimsIdentity Identity(KnownApiKey key, string scheme) => new(
        [
            new(CortexClaims.Subject, key.UserId.ToString()),
            new(CortexClaims.ApiKeyId, key.Id.ToString()),
            new(CortexClaims.Email, key.Email),
            new(CortexClaims.Tier, key.Tier),
            .. key.Scopes.Select(scope => new Claim(CortexClaims.Scope, scope)),
        ],
        scheme,
        CortexClaims.Subject,
        CortexClaims.Roles);
}
