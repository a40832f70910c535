using Cortex.IdentityServer.Secrets;
using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Sessions;

/// <summary>The one key and the one algorithm that access tokens are signed and checked with (RFC 8725 section 3.1).</summary>
internal sealed class SigningKey(SecretOptions secrets)
{
    public const string Algorithm = SecurityAlgorithms.HmacSha256;

    /// <summary>No <c>kid</c>: there is one key, and a header never chooses.</summary>
    public SecurityKey Key { get; } = new SymmetricSecurityKey(secrets.JwtSecret);
}
