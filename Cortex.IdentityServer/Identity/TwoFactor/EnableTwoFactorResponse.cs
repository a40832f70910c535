using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>What the authenticator app needs. Two-factor authentication is not on yet.</summary>
/// <param name="Secret">In base32, for typing it in.</param>
/// <param name="OtpauthUri">The same as a link.</param>
/// <param name="QrCode">The link as a picture, a <c>data:image/png;base64,…</c> URL.</param>
internal sealed record EnableTwoFactorResponse(string Secret, string OtpauthUri, string QrCode) : IExample<EnableTwoFactorResponse>
{
    public static EnableTwoFactorResponse Example => new(
        "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "otpauth://totp/Cortex%20Memory:ada%40example.com?secret=…", "data:image/png;base64,…");
}
