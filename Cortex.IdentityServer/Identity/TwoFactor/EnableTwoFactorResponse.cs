using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>The secret for the authenticator app. Two-factor authentication isn't enabled yet.</summary>
/// <param name="Secret">The secret in base32, for manual entry.</param>
/// <param name="OtpauthUri">The secret as an <c>otpauth://</c> link for authenticator apps.</param>
/// <param name="QrCode">The link as a QR code, in a <c>data:image/png;base64,…</c> URL.</param>
internal sealed record EnableTwoFactorResponse(string Secret, string OtpauthUri, string QrCode) : IExample<EnableTwoFactorResponse>
{
    public static EnableTwoFactorResponse Example => new(
        "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "otpauth://totp/Cortex%20Memory:ada%40example.com?secret=…", "data:image/png;base64,…");
}
