namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>A network from which the user logged in, as exported.</summary>
/// <param name="Network">An IPv4 address, or the /64 prefix of an IPv6 address.</param>
/// <param name="LastLoginAt">When the user last logged in from this address.</param>
internal sealed record ExportedLoginAddress(string Network, DateTimeOffset LastLoginAt);
