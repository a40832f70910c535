using System.Text;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>
/// Reads a required secret. It may have several values during a rotation: the first signs or encrypts, and all of them verify or decrypt.
/// </summary>
internal static class SecretSetting
{
    public const int MinBytes = 32;

    /// <summary>The new and the old secret, and one more for a rotation that starts before the previous one has ended.</summary>
    private const int MaxSecrets = 3;

    /// <returns>None if the variable is unset and isn't needed.</returns>
    public static IReadOnlyList<byte[]> Read(SettingsReader settings, string name, bool isNeeded)
    {
        if (settings.ReadText(name) is null)
        {
            if (!isNeeded)
            {
                return [];
            }

            if (!settings.IsProduction)
            {
                return [LocalSecret.Read(settings, name.ToLowerInvariant())];
            }

            settings.AddMissingError(name, $"to a random secret of at least {MinBytes} bytes (openssl rand -base64 48)");
            return [];
        }

        var texts = settings.ReadList(name);
        byte[][] secrets = [.. texts.Select(Encoding.UTF8.GetBytes)];
        if (secrets.Length is 0 or > MaxSecrets)
        {
            settings.AddError(name, $"must be one random secret, or up to {MaxSecrets} separated by commas while it is rotated (new,old)");
        }
        else if (secrets.Any(secret => secret.Length < MinBytes))
        {
            settings.AddError(name, $"must be at least {MinBytes} bytes long (openssl rand -base64 48); if it is a list, each secret must be");
        }
        else if (texts.Select(SecretStrength.Validate).OfType<string>().FirstOrDefault() is { } objection)
        {
            settings.AddError(name, objection);
        }
        else if (texts.Distinct(StringComparer.Ordinal).Count() < texts.Length)
        {
            settings.AddError(name, "must not list the same secret twice (it is new,old while it is rotated)");
        }

        return secrets;
    }
}
