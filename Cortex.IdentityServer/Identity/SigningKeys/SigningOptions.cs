using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Secrets;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>The settings for signing access tokens.</summary>
/// <param name="Algorithm"><c>HS256</c> with JWT_SECRET_KEY, or <c>ES256</c> or <c>RS256</c> with keys that the server creates.</param>
/// <param name="Period">How long each of the server's keys signs before the next one takes over.</param>
/// <param name="SharedSecrets">
/// <c>JWT_SECRET_KEY</c> as bytes, so that other services can verify with it; empty for other algorithms. The first secret signs.
/// </param>
internal sealed record SigningOptions(string Algorithm, TimeSpan Period, IReadOnlyList<byte[]> SharedSecrets)
{
    private const string SharedSecret = "HS256";

    private static readonly TimeSpan MaxLead = TimeSpan.FromHours(24);

    /// <summary>Whether a key that verifies tokens can also create them.</summary>
    public bool IsSymmetric => Algorithm == SharedSecret;

    /// <summary>How long a key is published before it signs, so that services that cache the key list for hours know it by then.</summary>
    public TimeSpan Lead => Period / 2 < MaxLead ? Period / 2 : MaxLead;

    /// <summary>Keeps secrets out of logs and error messages.</summary>
    public override string ToString() => $"{nameof(SigningOptions)} {{ Algorithm = {Algorithm}, Period = {Period} }}";

    public static SigningOptions Read(SettingsReader settings)
    {
        var algorithm = settings.ReadText("JWT_ALGORITHM") ?? SharedSecret;
        if (algorithm is not (SharedSecret or "ES256" or "RS256"))
        {
            settings.AddError("JWT_ALGORITHM", "must be HS256, ES256 or RS256");
        }

        var period = TimeSpan.FromDays(settings.ReadNumber("JWT_KEY_DAYS", defaultValue: 30, min: 1, max: 365, "days"));
        var secrets = SecretSetting.Read(settings, "JWT_SECRET_KEY", isNeeded: algorithm == SharedSecret);
        if (settings.ReadList("JWT_SECRET_KEY").Intersect(settings.ReadList("SECRET_KEY"), StringComparer.Ordinal).Any())
        {
            settings.AddError("SECRET_KEY", "must not be the same as JWT_SECRET_KEY, which services that check access tokens know");
        }

        return new(algorithm, period, secrets);
    }
}
