namespace Cortex.IdentityServer.Identity.Passwords;

/// <summary>An admitted attempt, which is pending until its outcome is recorded.</summary>
internal sealed record AdmittedAttempt(string Count, string Network, DateTimeOffset Began);
