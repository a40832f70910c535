namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>A failure that was counted before the code is looked at.</summary>
/// <param name="Lock">The lock that holds already; the code isn't looked at, and nothing was counted.</param>
/// <param name="IsStranger">Whether it comes from an address from which the owner didn't log in lately.</param>
internal readonly record struct BookedFailure(SecondFactorResult.Locked? Lock, bool IsStranger);
