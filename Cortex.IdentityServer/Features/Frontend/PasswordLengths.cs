namespace Cortex.IdentityServer.Features.Frontend;

/// <summary>The permitted lengths of a password, in characters.</summary>
/// <param name="MinLength">The minimum length.</param>
/// <param name="MaxLength">The maximum length.</param>
internal sealed record PasswordLengths(int MinLength, int MaxLength);
