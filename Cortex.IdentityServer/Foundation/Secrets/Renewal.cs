namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>How far the texts of a table are encrypted under the first SECRET_KEY.</summary>
/// <param name="Seen">Texts that were looked at.</param>
/// <param name="Renewed">Those of them that were under an older secret, or under none.</param>
/// <param name="Lost">The names of rows whose text no secret decrypts.</param>
internal sealed record Renewal(long Seen, long Renewed, IReadOnlyList<string> Lost)
{
    public static Renewal None { get; } = new(0, 0, []);
}
