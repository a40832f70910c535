namespace Cortex.IdentityServer.Features.WebConsole;

/// <summary>The headers that isolate the console in browsers.</summary>
internal static class ConsoleHeaders
{
    /// <summary>The console's scripts, styles, and requests come from this server only, and nothing turns text into scripts or HTML.</summary>
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <summary>Passkeys and copying are for the console itself. Everything else that a browser could allow is off.</summary>
    private static readonly string Permissions = string.Join(
        ", ",
        [
            "publickey-credentials-get=(self)", "publickey-credentials-create=(self)", "clipboard-write=(self)",
            .. new[]
            {
                "accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read", "display-capture", "encrypted-media", "fullscreen",
                "gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi",
                "otp-credentials", "payment", "picture-in-picture", "screen-wake-lock", "serial", "storage-access", "usb", "window-management",
                "xr-spatial-tracking",
            }.Select(feature => feature + "=()"),
        ]);

    public static void WriteForPage(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = PagePolicy;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = Permissions;
        WriteForFile(headers);
    }

    /// <summary>Keeps pages of other origins from embedding the response.</summary>
    public static void WriteForFile(IHeaderDictionary headers) => headers["Cross-Origin-Resource-Policy"] = "same-origin";
}
