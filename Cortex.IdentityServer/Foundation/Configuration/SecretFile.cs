namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>Reads secrets from files, as Docker and Kubernetes mount them: <c>SECRET_KEY_FILE=/run/secrets/secret_key</c>.</summary>
internal static class SecretFile
{
    /// <summary>What is appended to the name of a variable.</summary>
    public const string Suffix = "_FILE";

    private const int Longest = 64 * 1024;

    private static readonly string[] Names =
    [
        "SECRET_KEY", "JWT_SECRET_KEY", "POSTGRES_URL", "REDIS_URL", "SMTP_URL", "POLAR_WEBHOOK_SECRET", "POLAR_ACCESS_TOKEN",
    ];

    /// <summary>Whether a file may hold the variable's value.</summary>
    public static bool MayHold(string name) => Names.Contains(name);

    /// <summary>The text without one line break at its end, which editors add; null where there is no such file, or nothing in it.</summary>
    public static string? Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > Longest)
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
