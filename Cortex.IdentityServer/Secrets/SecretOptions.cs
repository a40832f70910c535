using System.Text;
using Cortex.IdentityServer.Configuration;

namespace Cortex.IdentityServer.Secrets;

/// <summary>The two secrets that the server can't do without.</summary>
/// <param name="JwtSecret">HS256 signing secret of access tokens; its bytes are the variable's, so that other services can verify with it.</param>
/// <param name="SecretKey">Root of every key that encrypts at rest or authenticates an opaque token.</param>
internal sealed record SecretOptions(byte[] JwtSecret, byte[] SecretKey)
{
    public const int LeastBytes = 32;

    /// <summary>What examples and templates carry; a server that starts with one of these is open to anybody (RFC 8725 section 3.5).</summary>
    private static readonly string[] Placeholders = ["changeme", "change-me", "change_me", "your-secret", "your_secret", "replace-me", "replace_me"];

    /// <summary>A secret must not be printed by accident.</summary>
    public override string ToString() => nameof(SecretOptions);

    public static SecretOptions Read(SettingsReader settings) =>
        new(Secret(settings, "JWT_SECRET_KEY"), Secret(settings, "SECRET_KEY"));

    private static byte[] Secret(SettingsReader settings, string name)
    {
        if (settings.Text(name) is not { } text)
        {
            if (!settings.IsProduction)
            {
                return LocalFolder.Secret(settings, name.ToLowerInvariant());
            }

            settings.Refuse(name, $"must be set in Production to a random secret of at least {LeastBytes} bytes (openssl rand -base64 48)");
            return [];
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length < LeastBytes)
        {
            settings.Refuse(name, $"must be at least {LeastBytes} bytes long (openssl rand -base64 48)");
        }
        else if (Placeholders.Any(placeholder => text.Contains(placeholder, StringComparison.OrdinalIgnoreCase)))
        {
            settings.Refuse(name, "must be a random secret, not the placeholder of an example (openssl rand -base64 48)");
        }

        return bytes;
    }
}
