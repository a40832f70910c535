namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>The progress of re-encrypting a table's values under the first SECRET_KEY.</summary>
/// <param name="Seen">The number of values processed.</param>
/// <param name="Renewed">The number of values that were encrypted under an older secret, or not at all.</param>
/// <param name="Lost">The names of the rows that no secret decrypts.</param>
internal sealed record Renewal(long Seen, long Renewed, IReadOnlyList<string> Lost)
{
    public static Renewal None { get; } = new(0, 0, []);
}
