using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;
using QRCoder;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Manages the caller's second factor: an authenticator app and recovery codes.</summary>
internal static class TwoFactorEndpoints
{
    /// <summary>Show the state of two-factor authentication</summary>
    /// <remarks>Says whether two-factor authentication is on, and how many recovery codes haven't been used. The codes can't be shown again.</remarks>
    internal static async Task<Results<Ok<TwoFactorStatusResponse>, Problem>> ShowTwoFactor(
        ClaimsPrincipal caller, TwoFactorStatusReader reader, CancellationToken cancellationToken) =>
        await reader.ReadAsync(caller.UserId(), cancellationToken) is { } status ? TypedResults.Ok(status) : Problems.SessionRevoked.ToProblem();

    /// <summary>Start setting up two-factor authentication</summary>
    /// <remarks>
    /// Returns a secret for the authenticator app. Two-factor authentication is enabled only after /2fa/verify has accepted a code. Calling this again returns
    /// a new secret.
    /// </remarks>
    internal static async Task<Results<Ok<EnableTwoFactorResponse>, Problem>> EnableTwoFactor(
        EnableTwoFactorRequest? body, ClaimsPrincipal caller, TwoFactorSetup setup, SessionService sessions, OwnerProof proof,
        HttpContext http, CancellationToken cancellationToken)
    {
        if (await proof.FindUserAsync(caller.UserId(), cancellationToken) is not { } user)
        {
            return Problems.SessionRevoked.ToProblem();
        }

        if (user.TwoFactorEnabled)
        {
            return Problems.TwoFactorAlreadyEnabled.ToProblem();
        }

        if (body?.Password is { } password)
        {
            if (await proof.VerifyPasswordAsync(user, password, http.Origin(), cancellationToken) is { } refusal)
            {
                return refusal.ToProblem();
            }
        }
        else if (!await sessions.IsFreshAsync(caller.SessionId(), cancellationToken))
        {
            return Problems.ReauthenticationRequired.ToProblem();
        }

        if (await setup.BeginAsync(user.Id, cancellationToken) is not { } secret)
        {
            return Problems.TwoFactorAlreadyEnabled.ToProblem();
        }

        var uri = TotpCode.OtpAuthUri(Product.Name, user.Email!, secret);
        return TypedResults.Ok(new EnableTwoFactorResponse(secret, uri, QrCode(uri)));
    }

    /// <summary>Turn two-factor authentication on</summary>
    /// <remarks>Requires one code from the app, which can't be used again. Ends the user's other sessions.</remarks>
    internal static async Task<Results<Ok<TwoFactorEnabledResponse>, Problem>> VerifyTwoFactor(
        TwoFactorCodeRequest body, ClaimsPrincipal caller, TwoFactorSetup setup, OwnerProof proof, HttpContext http,
        CancellationToken cancellationToken)
    {
        if (await proof.FindUserAsync(caller.UserId(), cancellationToken) is not { } user)
        {
            return Problems.SessionRevoked.ToProblem();
        }

        var (codes, problem) = await setup.ConfirmAsync(user, caller.SessionId(), body.Code, http.Origin(), cancellationToken);
        return problem is null ? TypedResults.Ok(new TwoFactorEnabledResponse(true, codes)) : problem.ToProblem();
    }

    /// <summary>Turn two-factor authentication off</summary>
    /// <remarks>Requires the password and a code. Invalidates the recovery codes and ends the user's other sessions.</remarks>
    internal static async Task<Results<NoContent, Problem>> DisableTwoFactor(
        DisableTwoFactorRequest body, ClaimsPrincipal caller, TwoFactorSetup setup, OwnerProof proof, HttpContext http,
        CancellationToken cancellationToken)
    {
        if ((body.Code is null) == (body.RecoveryCode is null))
        {
            return Refusal.Invalid("code", "send either code or recovery_code").ToProblem();
        }

        if (await proof.FindUserAsync(caller.UserId(), cancellationToken) is not { } user)
        {
            return Problems.SessionRevoked.ToProblem();
        }

        if (!user.TwoFactorEnabled)
        {
            return Problems.TwoFactorNotEnabled.ToProblem();
        }

        var origin = http.Origin();
        if (await proof.VerifyAsync(user, body.Password, new(body.Code, body.RecoveryCode), origin, cancellationToken) is { } refusal)
        {
            return refusal.ToProblem();
        }

        return await setup.DisableAsync(user, caller.SessionId(), origin, cancellationToken) ? TypedResults.NoContent() : Problems.SessionRevoked.ToProblem();
    }

    /// <summary>Create new recovery codes</summary>
    /// <remarks>Requires a code from the app. Invalidates the old recovery codes and ends the user's other sessions.</remarks>
    internal static async Task<Results<Ok<RecoveryCodesResponse>, Problem>> RenewRecoveryCodes(
        TwoFactorCodeRequest body, ClaimsPrincipal caller, TwoFactorSetup setup, OwnerProof proof, HttpContext http,
        CancellationToken cancellationToken)
    {
        if (await proof.FindUserAsync(caller.UserId(), cancellationToken) is not { } user)
        {
            return Problems.SessionRevoked.ToProblem();
        }

        if (!user.TwoFactorEnabled)
        {
            return Problems.TwoFactorNotEnabled.ToProblem();
        }

        var origin = http.Origin();
        if (await proof.VerifyCodeAsync(user, new(body.Code, null), origin, cancellationToken) is { } refusal)
        {
            return refusal.ToProblem();
        }

        return await setup.RenewRecoveryCodesAsync(user, caller.SessionId(), origin, cancellationToken) is { } codes
            ? TypedResults.Ok(new RecoveryCodesResponse(codes))
            : Problems.SessionRevoked.ToProblem();
    }

    private static string QrCode(string uri)
    {
        using var data = QRCodeGenerator.GenerateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        using var picture = new PngByteQRCode(data);
        return "data:image/png;base64," + Convert.ToBase64String(picture.GetGraphic(pixelsPerModule: 5));
    }
}
