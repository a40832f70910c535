using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>The request to start setting up two-factor authentication.</summary>
internal sealed record EnableTwoFactorRequest : IRequestBody, IExample<EnableTwoFactorRequest>
{
    /// <summary>Required if the login is more than ten minutes old.</summary>
    [Password]
    public string? Password { get; init; }

    public static EnableTwoFactorRequest Example => new() { Password = ExampleValues.Password };
}
