namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>An attempt that may look at the password, and whose outcome is owed.</summary>
internal sealed record AdmittedAttempt(string Count, string Network, DateTimeOffset Began);
