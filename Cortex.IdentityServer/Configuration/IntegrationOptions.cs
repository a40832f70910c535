using System.Net.Mail;

namespace Cortex.IdentityServer.Configuration;

/// <summary>Where mail, shared limits and billing live; checked at start, so that a bad address is found before it is needed.</summary>
/// <param name="SmtpUrl"><c>smtp://user:password@host:587</c> (or <c>smtps://</c>).</param>
/// <param name="EmailFrom">The sender of every mail.</param>
/// <param name="RedisUrl"><c>redis://[:password@]host:port[/db]</c> (or <c>rediss://</c>).</param>
/// <param name="PolarProducts">Polar's product id → subscription tier.</param>
internal sealed record IntegrationOptions(Uri? SmtpUrl, string? EmailFrom, Uri? RedisUrl, IReadOnlyDictionary<string, string> PolarProducts)
{
    public static IntegrationOptions Read(SettingsReader settings)
    {
        var smtp = settings.Url("SMTP_URL", "smtp://user:password@host:587 or smtps://…", "smtp", "smtps");
        var from = settings.Text("EMAIL_FROM");
        if (from is not null && !MailAddress.TryCreate(from, out _))
        {
            settings.Refuse("EMAIL_FROM", "must be an email address, with or without a name");
        }
        else if (smtp is not null && from is null)
        {
            settings.Refuse("EMAIL_FROM", "must be set to the sender's address when SMTP_URL is set");
        }

        var redis = settings.Url("REDIS_URL", "redis://[:password@]host:port[/db] or rediss://…", "redis", "rediss");
        return new(smtp, from, redis, Products(settings));
    }

    private static Dictionary<string, string> Products(SettingsReader settings)
    {
        var products = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in settings.List("POLAR_PRODUCTS").Select(entry => entry.Split('=', StringSplitOptions.TrimEntries)))
        {
            if (pair is not [{ Length: > 0 } product, "free" or "pro" or "enterprise"] || !products.TryAdd(product, pair[1]))
            {
                settings.Refuse("POLAR_PRODUCTS", "must be product=tier pairs separated by commas, each product once, the tier free, pro or enterprise");
                break;
            }
        }

        return products;
    }
}
