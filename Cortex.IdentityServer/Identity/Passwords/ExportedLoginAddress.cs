namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>An address from which the user logged in.</summary>
/// <param name="Network">An IPv4 address, or the /64 of an IPv6 one.</param>
/// <param name="LastLoginAt">When they last did.</param>
internal sealed record ExportedLoginAddress(string Network, DateTimeOffset LastLoginAt);
