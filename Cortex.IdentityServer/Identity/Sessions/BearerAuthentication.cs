using System.Diagnostics;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>
/// Configures the bearer scheme: a valid JWT of an active session authenticates its user; any other token gets a 401 that states the reason (RFC 6750 section
/// 3).
/// </summary>
internal sealed class BearerAuthentication(AccessTokens tokens, VerifiedTokens verifiedTokens) : IConfigureNamedOptions<JwtBearerOptions>
{
    public void Configure(string? name, JwtBearerOptions options)
    {
        if (name != AuthenticationSchemes.Bearer)
        {
            return;
        }

        options.MapInboundClaims = false;
        options.TokenValidationParameters = tokens.Validation;
        options.TokenHandlers.Clear();
        options.TokenHandlers.Add(AccessTokens.Handler);
        options.Events = new JwtBearerEvents { OnMessageReceived = CheckAsync, OnChallenge = ChallengeAsync };
    }

    public void Configure(JwtBearerOptions options) => Configure(Options.DefaultName, options);

    /// <summary>Runs before the handler would verify the signature, because most tokens have been verified already.</summary>
    private async Task CheckAsync(MessageReceivedContext context)
    {
        if (PresentedCredential.In(context.HttpContext) is not { IsKey: false, Text: var token })
        {
            context.NoResult();
            return;
        }

        TokenVerdict verdict;
        try
        {
            verdict = await verifiedTokens.CheckAsync(token, context.HttpContext.RequestAborted);
        }
        catch (OperationCanceledException) when (context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            // The client disconnected; rethrowing would make the framework log an error.
            context.NoResult();
            return;
        }

        switch (verdict)
        {
            case TokenVerdict.Valid valid:
                context.Principal = valid.Token.Caller;
                context.Success();
                break;
            case TokenVerdict.Refused refused:
                context.Fail(new RefusedTokenException(refused.Refusal));
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static Task ChallengeAsync(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        return Explain(context.AuthenticateFailure).ToProblem().ExecuteAsync(context.HttpContext);
    }

    private static Refusal Explain(Exception? failure)
    {
        if (failure is null)
        {
            return Problems.Unauthenticated;
        }

        // The token of a disabled account no longer authenticates its user, so this is a 401 rather than a 403.
        var refusal = (failure as RefusedTokenException)?.Refusal ?? Problems.InvalidToken;
        return refusal with { Status = StatusCodes.Status401Unauthorized, Credential = new(AuthenticationSchemes.Bearer, "invalid_token", refusal.Title) };
    }

    private sealed class RefusedTokenException(Refusal refusal) : AuthenticationFailureException(refusal.Title)
    {
        public Refusal Refusal { get; } = refusal;
    }
}
