namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>Recognizes guessable secrets: those published in examples and those that follow a simple pattern.</summary>
/// <remarks>It can't prove that a secret is random, but it catches what people commonly type instead.</remarks>
internal static class SecretStrength
{
    /// <summary>The minimum number of distinct characters. Even in hexadecimal, 32 random bytes practically never have fewer.</summary>
    private const int MinDistinctCharacters = 8;

    /// <summary>
    /// Secrets from tutorials, documentation, and default configurations. Anyone could forge tokens under one of them, so a secret that merely contains one
    /// is rejected too (RFC 8725 section 3.5).
    /// </summary>
    private static readonly string[] Published =
    [
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7", // FastAPI's tutorial
        "your-256-bit-secret", "your-384-bit-secret", "your-512-bit-secret", // jwt.io
        "a-string-secret-at-least-256-bits-long", "a-valid-string-secret-that-is-at-least-384-bits-long",
        "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long", // jwt.io
        "super-secret-jwt-token-with-at-least-32-characters-long", // Supabase
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow", // RFC 7515, appendix A.1
        "FdFYFzERwC2uCBB46pZQi4GG85LujR8obt-KWRBICVQ", "GawgguFyGrWKav7AX4VKUg", // RFC 7517, appendix A.3
        "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg", // RFC 7520
        "404E635266556A586E327235753878", "413F4428472B4B62506453", // Spring Boot tutorials
        "3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a7567c272e007b", // Spring Boot tutorials
        "3EK6FD+o0+c7tzBNVfjpMkNDi2yARAAKzQlk8O2IKoxQu4nF7EdAh8s3TwpHwrdWT6R", // Hasura
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf", // Flask's documentation
        "5f352379324c22463451387a0aec5d2f", // older documentation of Flask
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "C2FVsBQIhrscChlQIMV+b5sSYqob7oDA", // Standard Webhooks
        "keyboard cat", "django-insecure-", "ThisIsASecretKey", "DefaultSecretKey", "SomeRandomString", "ThisTokenIsNotSoSecretChangeIt",
        "DO NOT USE THIS VALUE", "INSTEAD CREATE A COMPLEX SECRET", "This is my custom Secret key", "THIS IS USED TO SIGN AND VERIFY JWT TOKENS",
        "qwertyuiopasdfghjklzxcvbnm", "correct horse battery staple", "correcthorsebatterystaple",
    ];

    /// <summary>Placeholders for a secret in templates.</summary>
    private static readonly string[] Placeholders =
    [
        "changeme", "change-me", "change_me", "change this", "change-this", "change_this", "changeit", "change-in-production", "change_in_production",
        "your-secret", "your_secret", "yoursecret", "your-jwt", "your_jwt", "your-super", "your_super", "yoursuper", "replace-me", "replace_me", "replaceme",
        "replace-with", "replace_with",
        "secret-key-here", "secret_key_here", "placeholder", "insert-", "<secret", "openssl rand",
    ];

    /// <summary>Returns what the secret must be instead, as text that follows the variable's name; null for an acceptable one.</summary>
    public static string? Validate(string secret)
    {
        if (Contains(Published, secret))
        {
            return "must be a random secret, not one that documentation or a tutorial has published (openssl rand -base64 48)";
        }

        if (Contains(Placeholders, secret))
        {
            return "must be a random secret, not the placeholder of an example (openssl rand -base64 48)";
        }

        return secret.Distinct().Count() < MinDistinctCharacters || IsRepeated(secret) || IsSequence(secret)
            ? $"must be a random secret, with at least {MinDistinctCharacters} different characters and without a pattern (openssl rand -base64 48)"
            : null;
    }

    private static bool Contains(string[] known, string secret) => known.Any(one => secret.Contains(one, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the secret is one sequence repeated, as in <c>abcdefghij1abcdefghij1</c>.</summary>
    private static bool IsRepeated(ReadOnlySpan<char> secret)
    {
        for (var period = 1; period <= secret.Length / 2; period++)
        {
            if (secret[period..].SequenceEqual(secret[..^period]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether most characters are neighbors in the alphabet, as in <c>abcdefgh…0123456789</c>.</summary>
    private static bool IsSequence(ReadOnlySpan<char> secret)
    {
        var neighbors = 0;
        for (var i = 1; i < secret.Length; i++)
        {
            neighbors += Math.Abs(secret[i] - secret[i - 1]) <= 1 ? 1 : 0;
        }

        return neighbors * 4 > secret.Length * 3;
    }
}
