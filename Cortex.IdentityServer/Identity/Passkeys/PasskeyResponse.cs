using System.Linq.Expressions;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>A passkey; the server stores only its public key.</summary>
/// <param name="Id">The id for renaming or removing the passkey.</param>
/// <param name="Name">The name that its owner gave it.</param>
/// <param name="CreatedAt">When the passkey was registered.</param>
/// <param name="LastUsedAt">When the passkey was last used to log in; null if it never was.</param>
/// <param name="IsBackedUp">Whether the passkey is backed up, for example in a cloud account, so that it may exist on more than one device.</param>
/// <param name="Transports">How its authenticator can be reached: <c>internal</c>, <c>hybrid</c>, <c>usb</c>, <c>nfc</c>, <c>ble</c> …</param>
internal sealed record PasskeyResponse(
    Guid Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, bool IsBackedUp, string[] Transports) : IExample<PasskeyResponse>
{
    public static PasskeyResponse Example => new(ExampleValues.Id, "Ada's phone", ExampleValues.Time, ExampleValues.Time, true, ["hybrid", "internal"]);

    public static readonly Expression<Func<Passkey, PasskeyResponse>> FromPasskey = passkey =>
        new PasskeyResponse(passkey.Id, passkey.Name, passkey.CreatedAt, passkey.LastUsedAt, passkey.IsBackedUp, passkey.Transports);
}
