namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Makes client-supplied text safe for logs, terminals, and responses.</summary>
internal static class PrintableText
{
    /// <summary>Truncates the text and replaces every control character and surrogate with a question mark.</summary>
    public static string Of(string text, int maxLength) =>
        new([.. text.Take(maxLength).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter)]);
}
