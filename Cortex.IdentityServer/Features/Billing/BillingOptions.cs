using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Billing;

/// <summary>The settings of the payment provider, validated at startup so that mistakes are found before billing needs them.</summary>
/// <param name="PolarWebhookSecrets">The secrets that Polar signs webhooks with: one, or two during a rotation.</param>
/// <param name="PolarAccessToken">An organization access token for Polar's API; null if the API isn't used.</param>
/// <param name="PolarProducts">The subscription tier by Polar's product id.</param>
/// <param name="PolarApiUrl">The base of Polar's API, without a path.</param>
/// <param name="PolarApiVersion">The version of Polar's API that requests name, such as <c>2026-10</c>; null for Polar's current one.</param>
/// <param name="PastDueGrace">How long a subscription whose payment has failed still gives access.</param>
/// <param name="UsageEvent">The name of the usage events that are sent to Polar; null if none are sent.</param>
internal sealed partial record BillingOptions(
    IReadOnlyList<string> PolarWebhookSecrets, string? PolarAccessToken, IReadOnlyDictionary<string, string> PolarProducts, Uri PolarApiUrl,
    string? PolarApiVersion, TimeSpan PastDueGrace, string? UsageEvent)
{
    /// <summary>A shorter secret can't be Polar's and could be guessed.</summary>
    private const int MinSecretLength = 16;

    /// <summary>The maximum length of an event's name at Polar, in characters.</summary>
    private const int MaxEventNameLength = 128;

    private const string DefaultVersion = "2026-10";
    private const int DefaultGraceDays = 21;
    private const int MaxGraceDays = 60;

    private static readonly Uri DefaultApiUrl = new("https://api.polar.sh");

    /// <summary>Whether usage is sent to Polar.</summary>
    public bool SendsUsage => PolarAccessToken is not null && UsageEvent is not null;

    /// <summary>Keeps the secrets out of logs.</summary>
    public override string ToString() => nameof(BillingOptions);

    public static BillingOptions Read(SettingsReader settings, TierOptions tiers) => new(
        WebhookSecrets(settings),
        AccessToken(settings),
        Products(settings, tiers),
        ApiUrl(settings),
        ApiVersion(settings),
        TimeSpan.FromDays(settings.ReadNumber("POLAR_PAST_DUE_GRACE_DAYS", DefaultGraceDays, min: 0, MaxGraceDays, "days")),
        EventName(settings));

    private static string[] WebhookSecrets(SettingsReader settings)
    {
        var secrets = settings.ReadList("POLAR_WEBHOOK_SECRET");
        if (settings.ReadText("POLAR_WEBHOOK_SECRET") is not null && (secrets.Length is 0 or > 2 || secrets.Any(secret => secret.Length < MinSecretLength)))
        {
            settings.AddError(
                "POLAR_WEBHOOK_SECRET",
                $"must be the secret of Polar's webhook endpoint, {MinSecretLength} characters or more; or two, separated by a comma, while it is rotated");
        }
        else if (settings.IsProduction && secrets.Select(SecretStrength.Validate).OfType<string>().FirstOrDefault() is { } objection)
        {
            // Outside Production, tests use the example secrets that the webhook standard publishes.
            settings.AddError("POLAR_WEBHOOK_SECRET", objection);
        }
        else if (secrets is [var one, var other] && one == other)
        {
            settings.AddError("POLAR_WEBHOOK_SECRET", "must not list the same secret twice");
        }

        return secrets;
    }

    private static string? AccessToken(SettingsReader settings)
    {
        var token = settings.ReadText("POLAR_ACCESS_TOKEN");
        if (token is not null && token.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            settings.AddError("POLAR_ACCESS_TOKEN", "must be a Polar organization access token: one word of visible ASCII characters");
        }

        return token;
    }

    private static Dictionary<string, string> Products(SettingsReader settings, TierOptions tiers)
    {
        var products = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in settings.ReadList("POLAR_PRODUCTS").Select(entry => entry.Split('=', StringSplitOptions.TrimEntries)))
        {
            if (pair is not [{ Length: > 0 } product, var tier] || !tiers.Names.Contains(tier) || !products.TryAdd(product, tier))
            {
                settings.AddError(
                    "POLAR_PRODUCTS",
                    $"must be product=tier pairs separated by commas, each product once, with one of the tiers {string.Join(", ", tiers.Names)}");
                break;
            }
        }

        return products;
    }

    /// <summary>The access token must not travel unencrypted, except to a stand-in for Polar on this machine or during development.</summary>
    private static Uri ApiUrl(SettingsReader settings)
    {
        const string Name = "POLAR_API_URL";
        const string Requirement = "an https URL without a path, such as https://api.polar.sh or https://sandbox-api.polar.sh";
        var url = settings.ReadUrl(Name, Requirement, Uri.UriSchemeHttps, Uri.UriSchemeHttp) ?? DefaultApiUrl;
        if (url.PathAndQuery != "/" || url.Fragment.Length > 0 || url.UserInfo.Length > 0
            || (url.Scheme == Uri.UriSchemeHttp && settings.IsProduction && !url.IsLoopback))
        {
            settings.AddError(Name, $"must be {Requirement}");
        }

        return url;
    }

    /// <summary>Polar answers every request with 404 if it doesn't know the version.</summary>
    private static string? ApiVersion(SettingsReader settings)
    {
        const string Name = "POLAR_API_VERSION";
        if (settings.ReadText(Name) is not { } version)
        {
            return settings.IsEmpty(Name) ? null : DefaultVersion;
        }

        if (!Version().IsMatch(version))
        {
            settings.AddError(Name, $"must be a version of Polar's API such as {DefaultVersion}, or empty for Polar's current version");
        }

        return version;
    }

    private static string? EventName(SettingsReader settings)
    {
        var name = settings.ReadText("POLAR_USAGE_EVENT");
        if (name?.Length > MaxEventNameLength || name?.Any(char.IsControl) == true)
        {
            settings.AddError("POLAR_USAGE_EVENT", $"must be a name of at most {MaxEventNameLength} characters");
        }

        return name;
    }

    [GeneratedRegex("^[0-9]{4}-(0[1-9]|1[0-2])$", RegexOptions.CultureInvariant)]
    private static partial Regex Version();
}
