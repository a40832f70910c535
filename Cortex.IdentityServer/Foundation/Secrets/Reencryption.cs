namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>The progress of re-encrypting a table's values under the first SECRET_KEY.</summary>
/// <param name="Processed">The number of values processed.</param>
/// <param name="Reencrypted">The number of values that were encrypted under an older secret, or not at all.</param>
/// <param name="Undecryptable">The names of the rows that no secret decrypts.</param>
internal sealed record Reencryption(long Processed, long Reencrypted, IReadOnlyList<string> Undecryptable)
{
    public static Reencryption None { get; } = new(0, 0, []);
}
