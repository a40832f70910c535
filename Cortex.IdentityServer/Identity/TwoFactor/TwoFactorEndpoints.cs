using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Login;
using Cortex.IdentityServer.Identity.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;
using QRCoder;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>The second factor of the caller: an authenticator app and recovery codes.</summary>
internal static class TwoFactorEndpoints
{
    /// <summary>Start setting up two-factor authentication</summary>
    /// <remarks>
    /// Returns a secret for the authenticator app. Two-factor authentication is on only after /2fa/verify has accepted a code. Calling this again returns a new
    /// secret.
    /// </remarks>
    internal static async Task<Results<Ok<EnableTwoFactorResponse>, Problem>> EnableTwoFactor(
        EnableTwoFactorRequest? body, ClaimsPrincipal caller, TwoFactorSetup setup, SessionService sessions, Reauthentication reauthentication,
        HttpContext http, CancellationToken cancellationToken)
    {
        if (await reauthentication.FindAsync(caller.UserId(), cancellationToken) is not { } user)
        {
            return (Problem)Problems.SessionRevoked;
        }

        if (user.TwoFactorEnabled)
        {
            return (Problem)Problems.TwoFactorAlreadyEnabled;
        }

        if (body?.Password is { } password)
        {
            if (await reauthentication.RefusePasswordAsync(user, password, Client.Of(http), cancellationToken) is { } refusal)
            {
                return refusal;
            }
        }
        else if (!await sessions.IsFreshAsync(caller.SessionId(), cancellationToken))
        {
            return (Problem)Problems.ReauthenticationRequired;
        }

        if (await setup.BeginAsync(user.Id, cancellationToken) is not { } secret)
        {
            return (Problem)Problems.TwoFactorAlreadyEnabled;
        }

        var uri = TotpCode.OtpAuthUri(Product.Name, user.Email!, secret);
        return TypedResults.Ok(new EnableTwoFactorResponse(secret, uri, QrCode(uri)));
    }

    /// <summary>Turn two-factor authentication on</summary>
    /// <remarks>Needs one code from the app, which can't be used again. Other sessions end.</remarks>
    internal static async Task<Results<Ok<TwoFactorEnabledResponse>, Problem>> VerifyTwoFactor(
        TwoFactorCodeRequest body, ClaimsPrincipal caller, TwoFactorSetup setup, Reauthentication reauthentication, HttpContext http,
        CancellationToken cancellationToken)
    {
        if (await reauthentication.FindAsync(caller.UserId(), cancellationToken) is not { } user)
        {
            return (Problem)Problems.SessionRevoked;
        }

        var (codes, problem) = await setup.ConfirmAsync(user, caller.SessionId(), body.Code, Client.Of(http), cancellationToken);
        return problem is null ? TypedResults.Ok(new TwoFactorEnabledResponse(true, codes)) : problem;
    }

    /// <summary>Turn two-factor authentication off</summary>
    /// <remarks>Needs the password and a code. The recovery codes become void, and other sessions end.</remarks>
    internal static async Task<Results<NoContent, Problem>> DisableTwoFactor(
        DisableTwoFactorRequest body, ClaimsPrincipal caller, TwoFactorSetup setup, Reauthentication reauthentication, HttpContext http,
        CancellationToken cancellationToken)
    {
        if ((body.Code is null) == (body.RecoveryCode is null))
        {
            return Problem.Invalid("code", "send either code or recovery_code");
        }

        if (await reauthentication.FindAsync(caller.UserId(), cancellationToken) is not { } user)
        {
            return (Problem)Problems.SessionRevoked;
        }

        if (!user.TwoFactorEnabled)
        {
            return (Problem)Problems.TwoFactorNotEnabled;
        }

        var client = Client.Of(http);
        if (await reauthentication.RefuseAsync(user, body.Password, new(body.Code, body.RecoveryCode), client, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        return await setup.DisableAsync(user, caller.SessionId(), client, cancellationToken) ? TypedResults.NoContent() : (Problem)Problems.SessionRevoked;
    }

    /// <summary>Create new recovery codes</summary>
    /// <remarks>Needs a code from the app. The old recovery codes become void, and other sessions end.</remarks>
    internal static async Task<Results<Ok<RecoveryCodesResponse>, Problem>> RenewRecoveryCodes(
        TwoFactorCodeRequest body, ClaimsPrincipal caller, TwoFactorSetup setup, Reauthentication reauthentication, HttpContext http,
        CancellationToken cancellationToken)
    {
        if (await reauthentication.FindAsync(caller.UserId(), cancellationToken) is not { } user)
        {
            return (Problem)Problems.SessionRevoked;
        }

        if (!user.TwoFactorEnabled)
        {
            return (Problem)Problems.TwoFactorNotEnabled;
        }

        var client = Client.Of(http);
        if (await reauthentication.RefuseCodeAsync(user, new(body.Code, null), client, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        return await setup.RenewRecoveryCodesAsync(user, caller.SessionId(), client, cancellationToken) is { } codes
            ? TypedResults.Ok(new RecoveryCodesResponse(codes))
            : (Problem)Problems.SessionRevoked;
    }

    private static string QrCode(string uri)
    {
        using var data = QRCodeGenerator.GenerateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        using var picture = new PngByteQRCode(data);
        return "data:image/png;base64," + Convert.ToBase64String(picture.GetGraphic(pixelsPerModule: 5));
    }
}
