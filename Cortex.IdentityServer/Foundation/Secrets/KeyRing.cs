namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>The keys for one purpose during a rotation: the first one signs or encrypts, and all of them verify or decrypt.</summary>
internal sealed class KeyRing(params IReadOnlyList<byte[]> keys)
{
    public byte[] Current => All[0];

    public IReadOnlyList<byte[]> All { get; } = keys;
}
