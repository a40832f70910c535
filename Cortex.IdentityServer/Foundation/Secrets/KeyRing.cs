namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>The keys of one purpose while a secret is rotated: the first one makes, all of them check.</summary>
internal sealed class KeyRing(params IReadOnlyList<byte[]> keys)
{
    public byte[] Current => All[0];

    public IReadOnlyList<byte[]> All { get; } = keys;
}
