namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>A failed attempt that was counted before the code was checked.</summary>
/// <param name="Lockout">The lockout in effect, if any; then nothing was counted and the code isn't checked.</param>
/// <param name="IsUnknownAddress">Whether the attempt comes from an address that the owner hasn't recently logged in from.</param>
internal readonly record struct CountedFailure(SecondFactorResult.Locked? Lockout, bool IsUnknownAddress);
