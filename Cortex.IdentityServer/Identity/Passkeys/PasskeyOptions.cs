using System.Buffers.Text;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The operator's settings for passkeys.</summary>
/// <param name="Origins"><c>PASSKEY_ORIGINS</c>: origins whose responses are accepted, besides this server's own and those in <c>CORS_ORIGINS</c>.</param>
internal sealed record PasskeyOptions(IReadOnlyList<string> Origins)
{
    /// <summary>Android's Credential Manager identifies an app by the SHA-256 of its signing certificate.</summary>
    private const string AndroidApp = "android:apk-key-hash:";

    private const int HashLength = 32;

    public static PasskeyOptions Read(SettingsReader settings)
    {
        var origins = settings.ReadList("PASSKEY_ORIGINS");
        if (!origins.All(origin => IsAndroidApp(origin) || WebsiteOf(origin) is not null))
        {
            settings.AddError(
                "PASSKEY_ORIGINS",
                $"must be a comma-separated list of origins: https://app.example.com (scheme, host and port only), or {AndroidApp} and the SHA-256 of an "
                    + "app's signing certificate (43 characters, base64url)");
        }

        return new([.. origins.Select(origin => WebsiteOf(origin) ?? origin).Distinct(StringComparer.Ordinal)]);
    }

    private static bool IsAndroidApp(string origin)
    {
        if (!origin.StartsWith(AndroidApp, StringComparison.Ordinal))
        {
            return false;
        }

        // Origins are compared exactly, so accept only Android's own spelling; another encoding of the same hash would never match.
        var hash = origin[AndroidApp.Length..];
        return Base64Url.IsValid(hash, out var length) && length == HashLength && Base64Url.EncodeToString(Base64Url.DecodeFromChars(hash)) == hash;
    }

    private static string? WebsiteOf(string text) =>
        WebOrigin.Parse(text) is { } origin && origin.StartsWith("https://", StringComparison.Ordinal) ? origin : null;
}
