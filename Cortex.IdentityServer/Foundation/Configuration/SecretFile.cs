namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>Reads secrets from files such as those that Docker and Kubernetes mount: <c>SECRET_KEY_FILE=/run/secrets/secret_key</c>.</summary>
internal static class SecretFile
{
    /// <summary>The suffix of a variable that names the file with another variable's value.</summary>
    public const string Suffix = "_FILE";

    private const int MaxLength = 64 * 1024;

    /// <summary>The variables whose values may come from files.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "SECRET_KEY", "JWT_SECRET_KEY", "POSTGRES_URL", "REDIS_URL", "SMTP_URL", "POLAR_WEBHOOK_SECRET", "POLAR_ACCESS_TOKEN",
    ];

    /// <summary>Whether the variable's value may come from a file.</summary>
    public static bool Supports(string name) => Names.Contains(name);

    /// <summary>
    /// Returns the file's text without the final line break that editors add, or null if the file is missing, unreadable, blank, or larger than 64 KiB.
    /// </summary>
    public static string? Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxLength)
            {
                return null;
            }

            var text = File.ReadAllText(path);
            text = text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
            return string.IsNullOrWhiteSpace(text) ? null : text;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
