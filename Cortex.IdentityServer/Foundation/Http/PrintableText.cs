namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Makes text that a client sent safe for logs, terminals and answers.</summary>
internal static class PrintableText
{
    /// <summary>The beginning of a text, with a question mark in place of every control character and surrogate.</summary>
    public static string Of(string text, int maxLength) =>
        new([.. text.Take(maxLength).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter)]);
}
