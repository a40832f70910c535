using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Secrets;

namespace Cortex.IdentityServer.Features.Billing;

/// <summary>The settings of the payment provider, validated at startup so that mistakes are found before billing needs them.</summary>
/// <param name="PolarWebhookSecrets">The secrets that Polar signs webhooks with: one, or two during a rotation.</param>
/// <param name="PolarAccessToken">An organization access token for Polar's API.</param>
/// <param name="PolarProducts">The subscription tier by Polar's product id.</param>
internal sealed record BillingOptions(
    IReadOnlyList<string> PolarWebhookSecrets, string? PolarAccessToken, IReadOnlyDictionary<string, string> PolarProducts)
{
    /// <summary>A shorter secret can't be Polar's and could be guessed.</summary>
    private const int MinSecretLength = 16;

    /// <summary>Keeps the secrets out of logs.</summary>
    public override string ToString() => nameof(BillingOptions);

    public static BillingOptions Read(SettingsReader settings) => new(WebhookSecrets(settings), AccessToken(settings), Products(settings));

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

    private static Dictionary<string, string> Products(SettingsReader settings)
    {
        var products = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in settings.ReadList("POLAR_PRODUCTS").Select(entry => entry.Split('=', StringSplitOptions.TrimEntries)))
        {
            if (pair is not [{ Length: > 0 } product, "free" or "pro" or "enterprise"] || !products.TryAdd(product, pair[1]))
            {
                settings.AddError("POLAR_PRODUCTS", "must be product=tier pairs separated by commas, each product once, with the tier free, pro or enterprise");
                break;
            }
        }

        return products;
    }
}
