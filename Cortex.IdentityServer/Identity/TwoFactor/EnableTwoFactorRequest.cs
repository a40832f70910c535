using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>A request to start setting up two-factor authentication.</summary>
internal sealed record EnableTwoFactorRequest : IRequestBody, IExample<EnableTwoFactorRequest>
{
    /// <summary>The caller's password, which is required if the login is more than ten minutes old.</summary>
    [Password]
    public string? Password { get; init; }

    public static EnableTwoFactorRequest Example => new() { Password = ExampleValues.Password };
}
